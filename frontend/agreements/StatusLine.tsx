import { Button } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconCloudUp,
  IconLoader2,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { formatTime } from "../ui/Time.tsx";
import type { DraftStatus, LiveDraft } from "./draft-port.ts";
import { useLive } from "../platform/live.ts";

const icons = {
  connecting: IconLoader2,
  saved: IconCloudCheck,
  sending: IconCloudUp,
  stalled: IconAlertTriangle,
  offline: IconCloudOff,
  refused: IconAlertTriangle,
  closed: IconCloudOff,
} as const;

function useWords(status: DraftStatus): string {
  const { t, i18n } = useTranslation("agreements");
  switch (status.kind) {
    case "connecting":
      return t("status.connecting");
    case "saved":
      return status.since === null
        ? t("status.savedNow")
        : t("status.saved", { time: formatTime(new Date(status.since), i18n.language, "clock") });
    case "sending":
      return t("status.sending", { count: status.unsaved });
    case "stalled":
      return t("status.stalled", { count: status.unsaved });
    case "offline":
      return t("status.offline", { count: status.unsaved });
    case "refused":
      return status.code === "agreement-frozen" ? t("stopped.lockedTitle") : t("status.refused");
    case "closed":
    default:
      return t("status.closed");
  }
}

/** The truth about saving: what is on the server's disk, what is only here. */
export function StatusLine({ draft }: { readonly draft: LiveDraft }) {
  const { t } = useTranslation("agreements");
  const status = useLive(draft.status);
  const words = useWords(status);
  const Icon = icons[status.kind];
  return (
    <div className={`draft-status draft-status--${status.kind}`}>
      <Icon size={18} aria-hidden />
      <output
        aria-label={t("status.label")}
        aria-live={status.kind === "sending" ? "off" : "polite"}
      >
        {words}
      </output>
      {(status.kind === "offline" || status.kind === "stalled") && (
        <Button size="compact-sm" variant="subtle" onClick={draft.reconnect}>
          {t("status.retry")}
        </Button>
      )}
    </div>
  );
}
