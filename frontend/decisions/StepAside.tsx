import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { Confirm } from "./Confirm.tsx";
import { useRecuse, useVeto } from "./queries.ts";

interface StepAsideProps {
  readonly decision: DecisionView;
  readonly partner: string;
}

/** The rarer acts of a voter: taking no part, and a veto where the rule has one. */
export function StepAside({ decision, partner }: StepAsideProps) {
  const { t } = useTranslation("decisions");
  const [isOpen, setOpen] = useState<"recusal" | "veto" | null>(null);
  const { recuse, veto } = decision.permissions;
  const close = (): void => setOpen(null);
  if (!recuse && !veto) return null;
  return (
    <Group gap="xs" mt="md" className="no-print">
      {recuse && (
        <Button variant="subtle" size="compact-sm" onClick={() => setOpen("recusal")}>
          {t("recusal.open")}
        </Button>
      )}
      {veto && (
        <Button
          variant="subtle"
          size="compact-sm"
          color="red"
          c="var(--bad)"
          onClick={() => setOpen("veto")}
        >
          {t("veto.open")}
        </Button>
      )}
      {isOpen === "recusal" && (
        <RecusalDialog decision={decision} partner={partner} onClose={close} />
      )}
      {isOpen === "veto" && <VetoDialog decision={decision} partner={partner} onClose={close} />}
    </Group>
  );
}

type DialogProps = StepAsideProps & { readonly onClose: () => void };

function RecusalDialog({ decision, partner, onClose }: DialogProps) {
  const { t } = useTranslation("decisions");
  const [ground, setGround] = useState("");
  const recuse = useRecuse(decision, onClose);
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={t("recusal.title")}
      words={t("recusal.words", { partner })}
      act={t("recusal.act", { partner })}
      onAct={() => recuse.mutate(ground.trim())}
      isPending={recuse.isPending}
      error={recuse.error}
    >
      <Textarea
        label={t("recusal.ground")}
        value={ground}
        maxLength={2000}
        autosize
        minRows={2}
        onChange={(event) => setGround(event.currentTarget.value)}
      />
    </Confirm>
  );
}

function VetoDialog({ decision, partner, onClose }: DialogProps) {
  const { t } = useTranslation("decisions");
  const [ground, setGround] = useState("");
  const [isMissing, setMissing] = useState(false);
  const veto = useVeto(decision, onClose);
  const isNeeded = decision.rule.veto?.groundRequired === true;
  const act = (): void => {
    const lacks = isNeeded && ground.trim() === "";
    setMissing(lacks);
    if (!lacks) veto.mutate(ground.trim());
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={t("veto.title")}
      words={t("veto.words", { partner })}
      act={t("veto.act", { partner })}
      onAct={act}
      isPending={veto.isPending}
      error={veto.error}
      isDangerous
    >
      <Textarea
        label={isNeeded ? t("veto.groundNeeded") : t("veto.ground")}
        value={ground}
        error={isMissing ? t("veto.groundMissing") : undefined}
        maxLength={2000}
        autosize
        minRows={2}
        onChange={(event) => setGround(event.currentTarget.value)}
      />
    </Confirm>
  );
}
