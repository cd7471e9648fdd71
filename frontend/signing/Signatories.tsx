import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import type { SignatoryView, SignatureRequestView } from "../../domain/signing/wire.ts";
import { partnerOf } from "../partnerships/index.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { StateMark, type Tone } from "../ui/StateMark.tsx";
import { Time } from "../ui/Time.tsx";

interface SignatoriesProps {
  readonly request: SignatureRequestView;
  readonly partnership: Partnership;
}

const tones: Record<SignatoryView["status"], Tone> = {
  signed: "good",
  due: "wait",
  waiting: "plain",
  declined: "bad",
};

/** Who has signed, whose turn it is, who comes later. */
export function Signatories({ request, partnership }: SignatoriesProps) {
  const { t } = useTranslation("signing");
  return (
    <section className="card" aria-label={t("signatories.title")}>
      <Title order={2}>{t("signatories.title")}</Title>
      <p className="quiet">{t(`signatories.${request.order}`)}</p>
      <ol className="plain-list" aria-live="polite">
        {request.signatories.map((one) => (
          <li key={one.slot} className="seat">
            <PartnerBadge
              name={one.partnerName}
              color={partnerOf(partnership, one.partnerId)?.color ?? 0}
            />
            <StateMark tone={tones[one.status]}>{t(`status.${one.status}`)}</StateMark>
            <div className="seat__note">
              {one.name}
              {one.authority !== null && `, ${one.authority}`}
              {one.signedAt !== null && (
                <>
                  {" "}
                  · <Time at={one.signedAt} />
                </>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
