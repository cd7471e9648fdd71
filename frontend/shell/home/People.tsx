import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { PartnerBadge } from "../../ui/PartnerBadge.tsx";
import { Section } from "../../ui/Page.tsx";
import type { HomeContent } from "./tasks.ts";

/** The partners and who acts for them, in short. */
export function People({ content }: { readonly content: HomeContent }) {
  const { t } = useTranslation(["partnerships", "common"]);
  const { partnership, members } = content;
  return (
    <Section title={t("partnerships:home.people")}>
      <ul className="partners">
        {partnership.partners.map((partner) => {
          const names = members
            .filter((member) => member.partnerId === partner.id)
            .map((member) => member.name);
          return (
            <li key={partner.id}>
              <PartnerBadge name={partner.name} color={partner.color} />
              <div className="partners__people">
                {names.length === 0 ? t("partnerships:home.nobodyYet") : names.join(", ")}
              </div>
            </li>
          );
        })}
      </ul>
      <Anchor component={Link} to={`/partnerships/${partnership.id}/people`} size="sm">
        {t("partnerships:home.managePeople")}
      </Anchor>
    </Section>
  );
}
