import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePageTitle } from "../ui/Page.tsx";

interface GateProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of pages before the sign-in: one sheet of paper on the desk. */
export function Gate({ title, lead, children }: GateProps) {
  const { t } = useTranslation();
  usePageTitle(title);
  return (
    <div className="gate">
      <p className="gate__tagline">{t("tagline")}</p>
      <div className="sheet gate__sheet">
        <Title order={1} size="h2">
          {title}
        </Title>
        {lead !== undefined && <div className="page__lead">{lead}</div>}
        {children}
      </div>
    </div>
  );
}
