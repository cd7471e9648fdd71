import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Agreement } from "../../domain/agreements/wire.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { useOwnAccount } from "../identity/index.tsx";
import { usePartnership } from "../partnerships/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { usePageTitle } from "../ui/Page.tsx";
import { partnerColor } from "../ui/PartnerBadge.tsx";
import { AgreementThread } from "./AgreementThread.tsx";
import { OpenDesk } from "./Desk.tsx";
import type { Me, OpenDraft } from "./draft-port.ts";
import { useAgreement, useAgreementTemplate, type AgreementTemplate } from "./resources.ts";
import { openSession, type Session } from "./session.ts";
import "./desk.css";
import "./paper.css";

/** The page of one agreement: its thread, its text, its facts. `openDraft` brings the collaboration. */
export function AgreementPage({ openDraft }: { readonly openDraft: OpenDraft }) {
  const { id = "" } = useParams();
  const { t } = useTranslation("agreements");
  const agreement = useAgreement(id);
  const template = useAgreementTemplate(id);
  const partnership = usePartnership(agreement.data?.partnershipId ?? null);
  const me = useMe(partnership.data);
  const error = agreement.error ?? template.error ?? partnership.error;
  usePageTitle(agreement.data?.title ?? "");
  if (agreement.data !== undefined && template.data !== undefined && me !== undefined) {
    return (
      <Desk
        key={id}
        agreement={agreement.data}
        template={template.data}
        me={me}
        openDraft={openDraft}
      />
    );
  }
  return (
    <div className="page">
      {error === null ? <Loading words={t("page.loading")} /> : <ErrorNotice error={error} />}
    </div>
  );
}

/** Who I am here: my name, and the name and colour of the partner I act for. */
function useMe(partnership: Partnership | undefined): Me | undefined {
  const { name } = useOwnAccount();
  const mine = partnership?.partners.find(({ id }) => id === partnership.me.partnerId);
  const partner = mine?.name ?? "";
  const color = partnerColor(mine?.color ?? 0);
  const isKnown = partnership !== undefined;
  return useMemo(
    () => (isKnown ? { name, partner, color } : undefined),
    [isKnown, name, partner, color],
  );
}

interface DeskProps {
  readonly agreement: Agreement;
  readonly template: AgreementTemplate;
  readonly me: Me;
  readonly openDraft: OpenDraft;
}

/** Keeps a draft open while the page shows it. */
function useSession({ agreement, template, me, openDraft }: DeskProps): Session | null {
  const [session, setSession] = useState<Session | null>(null);
  const { id, language } = agreement;
  const { model } = template;
  useEffect(() => {
    const opened = openSession({ draft: openDraft(id, me), model, language });
    // A connection belongs to the effect that opens and closes it; the page follows.
    // oxlint-disable-next-line react/set-state-in-effect
    setSession(opened);
    return () => {
      setSession(null);
      opened.close();
    };
  }, [id, me, language, model, openDraft]);
  return session;
}

/** The desk; each round takes the server's text anew. */
function Desk(props: DeskProps) {
  const [round, setRound] = useState(0);
  return (
    <div className="draft-desk">
      <AgreementThread agreement={props.agreement} />
      <Round key={round} {...props} onReload={() => setRound(round + 1)} />
    </div>
  );
}

function Round(props: DeskProps & { readonly onReload: () => void }) {
  const { agreement, template, onReload } = props;
  const { t } = useTranslation("agreements");
  const session = useSession(props);
  if (session === null) {
    return (
      <div className="page">
        <Loading words={t("page.loadingText")} />
      </div>
    );
  }
  return (
    <OpenDesk agreement={agreement} template={template} session={session} onReload={onReload} />
  );
}
