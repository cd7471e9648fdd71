import { Button, Group, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { partnerOf } from "../partnerships/index.tsx";
import { formatTime } from "../ui/Time.tsx";
import { Confirm } from "./Confirm.tsx";
import type { DecisionParts } from "./parts.ts";
import { useConduct, useLanguage, type Conduct } from "./queries.ts";

const acts = ["open", "close", "confirm", "withdraw"] as const satisfies readonly Conduct[];

/** What those who lead the vote may do with it; each act says first what it does. */
export function ConductActs({ decision, partnership }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const [asked, setAsked] = useState<Conduct | null>(null);
  const possible = acts.filter((act) => decision.permissions[act]);
  if (possible.length === 0) return null;
  const isMain = (act: Conduct): boolean => act === "open" || act === "confirm";
  return (
    <section className="card no-print" aria-label={t("conduct.title")}>
      <Title order={2}>{t("conduct.title")}</Title>
      <Group gap="sm">
        {possible.map((act) => (
          <Button
            key={act}
            variant={isMain(act) ? "filled" : "default"}
            onClick={() => setAsked(act)}
          >
            {t(`conduct.${act}.name`)}
          </Button>
        ))}
      </Group>
      {asked !== null && (
        <ConductDialog
          decision={decision}
          partnership={partnership}
          act={asked}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

interface ConductDialogProps extends DecisionParts {
  readonly act: Conduct;
  readonly onClose: () => void;
}

function ConductDialog({ decision, partnership, act, onClose }: ConductDialogProps) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const conduct = useConduct(decision, onClose);
  const names = decision.seats
    .map(({ partnerId }) => partnerOf(partnership, partnerId)?.name ?? partnerId)
    .join(", ");
  const { voted, voting } = decision.turnout;
  const closesAt = formatTime(new Date(decision.closesAt), language, "moment");
  const isEarly = act === "close" && voted < voting;
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={t(`conduct.${act}.title`)}
      words={
        <>
          <p>{t(`conduct.${act}.words`, { names, closesAt, voted, voting })}</p>
          {isEarly && <p>{t("conduct.early", { missing: voting - voted, voted, voting })}</p>}
        </>
      }
      act={t(`conduct.${act}.act`)}
      onAct={() => conduct.mutate(act)}
      isPending={conduct.isPending}
      error={conduct.error}
      isDangerous={act === "withdraw"}
    />
  );
}
