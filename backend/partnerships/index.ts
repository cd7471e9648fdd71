import type { IdentityService } from "../identity/index.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Route } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Mail } from "../platform/mail.ts";
import type { Connection } from "../platform/storage/connection.ts";
import { createAccess, type Access } from "./authorise.ts";
import { createInvitations, type Invitations } from "./invitations.ts";
import { createMemberStore } from "./member-store.ts";
import { createPartnershipStore } from "./partnership-store.ts";
import { invitationRoutes, partnershipRoutes } from "./routes.ts";
import { createPartnershipService, type PartnershipService } from "./service.ts";

export type { Access, ActingMember } from "./authorise.ts";
export type { PartnershipService } from "./service.ts";

/** What partnerships need from the composition. */
export interface PartnershipsDeps {
  readonly connection: Connection;
  readonly identity: Pick<IdentityService, "getAccount" | "listNames">;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  publicUrl(): string;
}

/** Partnerships, with the one gate that all later features use. */
export interface Partnerships {
  readonly service: PartnershipService;
  readonly invitations: Invitations;
  readonly access: Access;
  readonly routes: readonly Route[];
}

/** Builds partnerships over their stores. */
export function createPartnerships(deps: PartnershipsDeps): Partnerships {
  const members = createMemberStore(deps.connection);
  const access = createAccess(members);
  const inner = {
    ...deps,
    members,
    partnerships: createPartnershipStore(deps.connection),
    access,
    announce: announcer(deps),
  };
  const service = createPartnershipService(inner);
  const invitations = createInvitations(inner);
  return {
    service,
    invitations,
    access,
    routes: [...partnershipRoutes(service), ...invitationRoutes(invitations)],
  };
}

function announcer({ bus, clock }: PartnershipsDeps) {
  return (
    type: string,
    partnershipId: string,
    actor: { accountId: string },
    subject: Record<string, string>,
  ): void =>
    bus.publish({
      type,
      partnershipId,
      at: clock.now().toISOString(),
      actorId: actor.accountId,
      subject,
    });
}
