import { Alert, Button, CopyButton, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ClosedReason, DraftStatus } from "./draft-port.ts";
import { useLive } from "../platform/live.ts";
import type { Session } from "./session.ts";

/** Which words tell what happened. */
const wordsOf = {
  refused: "refused",
  locked: "locked",
  gone: "gone",
  "not-allowed": "notAllowed",
  "too-old": "old",
} as const satisfies Record<ClosedReason, string>;

function reasonOf(status: DraftStatus): (typeof wordsOf)[ClosedReason] | null {
  if (status.kind === "closed") return wordsOf[status.reason];
  if (status.kind !== "refused") return null;
  return status.code === "agreement-frozen" ? "locked" : "refused";
}

/** The words of the text on this device, for somebody who must carry them elsewhere. */
function wordsHere(session: Session): string {
  const words = (node: ReturnType<Session["text"]>): string =>
    node.text ??
    (node.content ?? [])
      .map(words)
      .join(node.content?.some(({ type }) => type === "text") === true ? "" : "\n");
  return words(session.text());
}

interface StoppedProps {
  readonly session: Session;
  readonly onReload: () => void;
}

/** Why the draft no longer follows the server, what is safe, and the way on. Nothing while it follows. */
export function Stopped({ session, onReload }: StoppedProps) {
  const { t } = useTranslation("agreements");
  const status = useLive(session.draft.status);
  const reason = reasonOf(status);
  if (reason === null) return null;
  const unsaved = "unsaved" in status ? status.unsaved : 0;
  return (
    <Alert
      role="alert"
      color="red"
      variant="outline"
      className="stopped"
      title={t(`stopped.${reason}Title`)}
    >
      <Text size="sm">{t(`stopped.${reason}Text`)}</Text>
      {unsaved > 0 && <Text size="sm">{t("stopped.unsaved", { count: unsaved })}</Text>}
      <Group mt="sm">
        <Button size="sm" onClick={onReload}>
          {t("stopped.reload")}
        </Button>
        <CopyButton value={wordsHere(session)}>
          {({ copy }) => (
            <Button size="sm" variant="default" onClick={copy}>
              {t("stopped.copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}
