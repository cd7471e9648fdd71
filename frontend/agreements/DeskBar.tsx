import { Button, Title } from "@mantine/core";
import { IconSnowflake } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Agreement } from "../../domain/agreements/wire.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { FreezeDialog } from "./FreezeDialog.tsx";
import { PeopleHere } from "./PeopleHere.tsx";
import { useReopen } from "./resources.ts";
import type { Session } from "./session.ts";
import { StatusLine } from "./StatusLine.tsx";

interface DeskBarProps {
  readonly agreement: Agreement;
  readonly session: Session;
  readonly onSeeChecks: () => void;
  readonly children: ReactNode;
}

/** What stays in sight while one writes: tools, saving, people, freezing. */
export function DeskBar({ agreement, session, onSeeChecks, children }: DeskBarProps) {
  const { t } = useTranslation("agreements");
  const navigate = useNavigate();
  const [isFreezing, setFreezing] = useState(false);
  const { id, permissions, state, latestVersion } = agreement;
  return (
    <div className="desk-bar">
      <Title order={1} className="desk-bar__title">
        {agreement.title}
      </Title>
      <StatusLine draft={session.draft} />
      <div className="desk-bar__end">
        <PeopleHere draft={session.draft} />
        {permissions.freeze && (
          <Button
            size="sm"
            leftSection={<IconSnowflake size={16} aria-hidden />}
            onClick={() => setFreezing(true)}
          >
            {t("toolbar.freeze")}
          </Button>
        )}
        {state !== "drafting" && latestVersion > 0 && (
          <Button
            size="sm"
            component={Link}
            to={`/agreements/${id}/versions/${String(latestVersion)}`}
          >
            {t("page.seeVersion", { number: latestVersion })}
          </Button>
        )}
      </div>
      {permissions.write ? children : <ReadOnlyNote agreement={agreement} />}
      {isFreezing && (
        <FreezeDialog
          agreementId={id}
          nextNumber={latestVersion + 1}
          session={session}
          onClose={() => setFreezing(false)}
          onFrozen={(number) => void navigate(`/agreements/${id}/versions/${String(number)}`)}
          onSeeChecks={() => {
            setFreezing(false);
            onSeeChecks();
          }}
        />
      )}
    </div>
  );
}

function ReadOnlyNote({ agreement }: { readonly agreement: Agreement }) {
  const { t } = useTranslation("agreements");
  const reopen = useReopen(agreement.id, () => undefined);
  const isFrozen = agreement.state !== "drafting";
  return (
    <div className="desk-bar__note">
      <p>{isFrozen ? t("page.readOnlyState") : t("page.readOnlyRole")}</p>
      {agreement.permissions.reopen && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={reopen.isPending}
          onClick={() => reopen.mutate()}
        >
          {t("page.reopen")}
        </Button>
      )}
      <ErrorNotice error={reopen.error} />
    </div>
  );
}
