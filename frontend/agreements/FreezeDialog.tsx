import { Alert, Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { useLive } from "../platform/live.ts";
import { useFreeze } from "./resources.ts";
import type { Session } from "./session.ts";

const MOST_TOLD = 4;

interface FreezeDialogProps {
  readonly agreementId: string;
  readonly nextNumber: number;
  readonly session: Session;
  readonly onClose: () => void;
  readonly onFrozen: (number: number) => void;
  readonly onSeeChecks: () => void;
}

/** Says what freezing does, names what the checks found, and freezes. */
export function FreezeDialog(props: FreezeDialogProps) {
  const { agreementId, nextNumber, session, onClose, onFrozen, onSeeChecks } = props;
  const { t } = useTranslation(["agreements", "common"]);
  const [label, setLabel] = useState("");
  const [lock, setLock] = useState(true);
  const freeze = useFreeze(agreementId, ({ number }) => onFrozen(number));
  const isSaved = useLive(session.draft.status).kind === "saved";
  return (
    <Dialog isOpen onClose={onClose} title={t("freeze.title")}>
      <Stack>
        <Text>{t("freeze.what", { number: nextNumber })}</Text>
        <FailedChecks session={session} onSee={onSeeChecks} />
        <TextInput
          label={t("freeze.label")}
          description={t("freeze.labelHelp")}
          value={label}
          maxLength={120}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Checkbox
          label={t("freeze.lock")}
          description={t("freeze.lockHelp")}
          checked={lock}
          onChange={(event) => setLock(event.currentTarget.checked)}
        />
        {!isSaved && (
          <Alert color="yellow" variant="light">
            {t("freeze.unsaved")}
          </Alert>
        )}
        <ErrorNotice error={freeze.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:actions.cancel")}
          </Button>
          <Button
            disabled={!isSaved}
            loading={freeze.isPending}
            onClick={() => freeze.mutate({ label: label.trim(), lock })}
          >
            {freeze.isPending ? t("freeze.pending") : t("freeze.submit", { number: nextNumber })}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function FailedChecks({
  session,
  onSee,
}: {
  readonly session: Session;
  readonly onSee: () => void;
}) {
  const { t, i18n } = useTranslation("agreements");
  const errors = (useLive(session.findings) ?? []).filter(({ level }) => level === "error");
  if (errors.length === 0) return null;
  const language = i18n.language === "en" ? "en" : "fr";
  const rest = errors.length - MOST_TOLD;
  return (
    <Alert color="red" variant="light" title={t("freeze.checksTitle")}>
      <ul className="freeze-findings">
        {errors.slice(0, MOST_TOLD).map(({ id, at, message }) => (
          <li key={`${id} ${at} ${message[language]}`}>{message[language]}</li>
        ))}
        {rest > 0 && <li>{t("freeze.checksMore", { count: rest })}</li>}
      </ul>
      <Text size="sm">{t("freeze.checksText")}</Text>
      <Button size="compact-sm" variant="subtle" onClick={onSee}>
        {t("freeze.see")}
      </Button>
    </Alert>
  );
}
