import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSend } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { InvitePerson } from "./InvitePerson.tsx";
import { NewPartner } from "./NewPartner.tsx";
import { Coordination, PartnerPeople } from "./PartnerPeople.tsx";
import { may, useInvitations, useMembers, usePartnership } from "./queries.ts";

/** The organisations of a partnership and the people who act for them. */
export function PeoplePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["partnerships", "common"]);
  const { data: partnership, error, refetch } = usePartnership(id);
  if (partnership !== undefined) return <People partnership={partnership} />;
  return (
    <Page title={t("partnerships:people.title")}>
      {error === null ? (
        <Loading words={t("common:loading.page")} />
      ) : (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  );
}

function People({ partnership }: { readonly partnership: Partnership }) {
  const { t } = useTranslation(["partnerships", "common"]);
  const [isAdding, adding] = useDisclosure(false);
  const [invitingFor, setInvitingFor] = useState<string | undefined>(undefined);
  const mayAdd = may(partnership, "partner.add");
  const mayInvite = may(partnership, "member.invite");
  const members = useMembers(partnership.id);
  const invitations = useInvitations(mayInvite ? partnership.id : null);
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={adding.open}>
      {t("partnerships:people.addPartner")}
    </Button>
  );
  const isEmpty = partnership.partners.length === 0;
  return (
    <Page
      title={t("partnerships:people.title")}
      lead={t("partnerships:people.lead")}
      back={{ to: `/partnerships/${partnership.id}`, label: partnership.name }}
      actions={
        <Group gap="sm">
          {!isEmpty && mayInvite && (
            <Button
              variant="default"
              leftSection={<IconSend size={18} aria-hidden />}
              onClick={() => setInvitingFor("")}
            >
              {t("partnerships:people.invite")}
            </Button>
          )}
          {!isEmpty && mayAdd && add}
        </Group>
      }
    >
      <ErrorNotice error={members.error} onRetry={() => void members.refetch()} />
      {isEmpty && (
        <EmptyState title={t("partnerships:people.noPartner")} action={mayAdd ? add : undefined}>
          {t("partnerships:people.noPartnerText")}
        </EmptyState>
      )}
      {partnership.partners.map((partner) => (
        <PartnerPeople
          key={partner.id}
          partnership={partnership}
          partner={partner}
          members={members.data?.items ?? []}
          invitations={invitations.data?.items ?? []}
          onInvite={mayInvite ? () => setInvitingFor(partner.id) : undefined}
        />
      ))}
      <Coordination partnership={partnership} members={members.data?.items ?? []} />
      <NewPartner partnership={partnership} isOpen={isAdding} onClose={adding.close} />
      <InvitePerson
        partnership={partnership}
        partnerId={invitingFor}
        onClose={() => setInvitingFor(undefined)}
      />
    </Page>
  );
}
