import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { Confirm } from "../decisions/index.tsx";
import { may } from "../partnerships/index.tsx";
import { useEnd } from "./queries.ts";

interface EndRequestProps {
  readonly request: SignatureRequestView;
  readonly partnership: Partnership;
}

/** Calls a request back, for those who lead it and while it runs. */
export function EndRequest({ request, partnership }: EndRequestProps) {
  const { t } = useTranslation("signing");
  const [isAsked, setAsked] = useState(false);
  const isRunning = request.state === "preparing" || request.state === "open";
  if (!isRunning || !may(partnership, "signature.request")) return null;
  return (
    <div className="no-print">
      <Button
        variant="subtle"
        size="compact-sm"
        color="red"
        c="var(--bad)"
        onClick={() => setAsked(true)}
      >
        {t("cancel.open")}
      </Button>
      {isAsked && (
        <EndDialog
          request={request}
          act="cancel"
          words={t("cancel.words")}
          actWords={t("cancel.act")}
          onClose={() => setAsked(false)}
        />
      )}
    </div>
  );
}

interface DeclineDialogProps {
  readonly request: SignatureRequestView;
  readonly partner: string;
  readonly onClose: () => void;
}

/** Declines to sign, with the reason. */
export function DeclineDialog({ request, partner, onClose }: DeclineDialogProps) {
  const { t } = useTranslation("signing");
  return (
    <EndDialog
      request={request}
      act="decline"
      words={t("decline.words", { partner })}
      actWords={t("decline.act", { partner })}
      onClose={onClose}
    />
  );
}

interface EndDialogProps {
  readonly request: SignatureRequestView;
  readonly act: "decline" | "cancel";
  readonly words: string;
  readonly actWords: string;
  readonly onClose: () => void;
}

function EndDialog({ request, act, words, actWords, onClose }: EndDialogProps) {
  const { t } = useTranslation("signing");
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const end = useEnd(request, act, onClose);
  const submit = (): void => {
    setMissing(reason.trim() === "");
    if (reason.trim() !== "") end.mutate(reason.trim());
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={t(`${act}.open`)}
      words={words}
      act={actWords}
      onAct={submit}
      isPending={end.isPending}
      error={end.error}
      isDangerous
    >
      <Textarea
        label={t("reason.label")}
        description={t("reason.help")}
        value={reason}
        maxLength={1000}
        autosize
        minRows={2}
        error={isMissing ? t("reason.missing") : undefined}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Confirm>
  );
}
