import { Button, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconMail, IconSend } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Invitation, Member, Partner, Partnership } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Section } from "../ui/Page.tsx";
import { partnerColor, PartnerBadge } from "../ui/PartnerBadge.tsx";
import { Time } from "../ui/Time.tsx";

interface PartnerPeopleProps {
  readonly partnership: Partnership;
  readonly partner: Partner;
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
  readonly onInvite: (() => void) | undefined;
}

/** One organisation: what it is, who acts for it, who was invited. */
export function PartnerPeople(props: PartnerPeopleProps) {
  const { partnership, partner, onInvite } = props;
  const { t } = useTranslation(["partnerships", "common"]);
  const members = props.members.filter((member) => member.partnerId === partner.id);
  const invitations = newestOf(props.invitations, partner.id);
  return (
    <section className="section" aria-label={partner.name}>
      <div className="sheet" style={{ borderTop: `3px solid ${partnerColor(partner.color)}` }}>
        <div className="row">
          <div className="row__main">
            <h2 className="partner-title">
              <PartnerBadge name={partner.name} color={partner.color} />
            </h2>
            <div className="row__note">
              {t(`common:sector.${partner.sector}`)} · {partner.country}
              {partner.registration !== "" && ` · ${partner.registration}`}
            </div>
          </div>
          {onInvite !== undefined && (
            <div className="row__side">
              <Button
                size="sm"
                variant="subtle"
                leftSection={<IconSend size={16} aria-hidden />}
                onClick={onInvite}
              >
                {t("partnerships:people.invite")}
                <span className="visually-hidden">
                  {t("partnerships:people.inviteFor", { partner: partner.name })}
                </span>
              </Button>
            </div>
          )}
        </div>
        <ul className="rows rows--ruled">
          {members.map((member) => (
            <MemberRow key={member.id} member={member} isMe={member.id === partnership.me.id} />
          ))}
          {invitations.map((invitation) => (
            <InvitationRow
              key={invitation.id}
              invitation={invitation}
              partnershipId={partnership.id}
            />
          ))}
        </ul>
        {members.length + invitations.length === 0 && (
          <Text c="dimmed" size="sm" px={20} pb={16}>
            {t("partnerships:people.nobody")}
          </Text>
        )}
      </div>
    </section>
  );
}

/** One row per invited address: an invitation sent again replaces the earlier one. */
function newestOf(invitations: readonly Invitation[], partnerId: string): readonly Invitation[] {
  const byEmail = new Map<string, Invitation>();
  for (const invitation of invitations) {
    const known = byEmail.get(invitation.email);
    if (invitation.partnerId !== partnerId) continue;
    if (known === undefined || known.expiresAt < invitation.expiresAt) {
      byEmail.set(invitation.email, invitation);
    }
  }
  return [...byEmail.values()];
}

/** Members who act for no organisation: they coordinate. */
export function Coordination({
  partnership,
  members,
}: Pick<PartnerPeopleProps, "partnership" | "members">) {
  const { t } = useTranslation("partnerships");
  const free = members.filter((member) => member.partnerId === null);
  if (free.length === 0) return null;
  return (
    <Section title={t("people.coordination")}>
      <Text c="dimmed" size="sm" mb="sm">
        {t("people.coordinationText")}
      </Text>
      <ul className="rows sheet">
        {free.map((member) => (
          <MemberRow key={member.id} member={member} isMe={member.id === partnership.me.id} />
        ))}
      </ul>
    </Section>
  );
}

function MemberRow({ member, isMe }: { readonly member: Member; readonly isMe: boolean }) {
  const { t } = useTranslation(["partnerships", "common"]);
  return (
    <li className="row">
      <div className="row__main">
        <span className="row__title">{member.name}</span>
        {isMe && <span className="row__note"> ({t("partnerships:people.you")})</span>}
        <div className="row__note">
          {member.roles.map((role) => t(`common:role.${role}`)).join(" · ")}
        </div>
      </div>
    </li>
  );
}

interface InvitationRowProps {
  readonly invitation: Invitation;
  readonly partnershipId: string;
}

function InvitationRow({ invitation, partnershipId }: InvitationRowProps) {
  const { t, i18n } = useTranslation(["partnerships", "common"]);
  const { email, partnerId, roles } = invitation;
  const resend = useSend(
    () =>
      api.post(`/partnerships/${partnershipId}/invitations`, {
        email,
        partnerId,
        roles,
        locale: i18n.language,
      }),
    {
      outdates: () => [`/partnerships/${partnershipId}/invitations`],
      onDone: () => notifications.show({ message: t("partnerships:people.resent", { email }) }),
    },
  );
  return (
    <li className="row">
      <IconMail size={20} aria-hidden color="var(--mantine-color-dimmed)" />
      <div className="row__main">
        <span className="row__title">{email}</span>
        <div className="row__note">
          {roles.map((role) => t(`common:role.${role}`)).join(" · ")} ·{" "}
          {t("partnerships:people.invited")}, {t("partnerships:people.invitedUntil")}{" "}
          <Time at={invitation.expiresAt} as="date" />
        </div>
      </div>
      <div className="row__side">
        <Button
          size="sm"
          variant="subtle"
          loading={resend.isPending}
          onClick={() => resend.mutate(undefined)}
        >
          {t("partnerships:people.resend")}
        </Button>
      </div>
    </li>
  );
}
