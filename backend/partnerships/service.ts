import type { z } from "zod";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type {
  Member,
  newPartnerSchema,
  newPartnershipSchema,
  Partner,
  Partnership,
} from "../../domain/partnerships/wire.ts";
import type { IdentityService } from "../identity/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Actor } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Mail } from "../platform/mail.ts";
import type { Access } from "./authorise.ts";
import type { MemberStore, StoredMember } from "./member-store.ts";
import type { PartnershipStore } from "./partnership-store.ts";
import { presentMember, presentPartner, presentPartnership } from "./present.ts";

/** What partnerships need. */
export interface PartnershipDeps {
  readonly partnerships: PartnershipStore;
  readonly members: MemberStore;
  readonly access: Access;
  readonly identity: Pick<IdentityService, "getAccount" | "listNames">;
  readonly mail: Mail;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Known once the instance listens. */
  publicUrl(): string;
  announce(
    type: string,
    partnershipId: string,
    actor: Actor,
    subject: Record<string, string>,
  ): void;
}

/** Partnerships, their partners and members. */
export interface PartnershipService {
  create(actor: Actor, input: z.output<typeof newPartnershipSchema>): Promise<Partnership>;
  list(actor: Actor): Promise<readonly Partnership[]>;
  get(actor: Actor, id: string): Promise<Partnership>;
  /** @throws {Refusal} conflict — `actFor` by somebody who acts for another partner already */
  addPartner(actor: Actor, id: string, input: z.output<typeof newPartnerSchema>): Promise<Partner>;
  listMembers(actor: Actor, id: string): Promise<readonly Member[]>;
  /** @throws {Refusal} not-found; conflict — the last coordinator stays */
  removeMember(actor: Actor, id: string, memberId: string): Promise<void>;
  /** The partners of a partnership, for later features that have authorised the caller. */
  listPartners(id: string): Promise<readonly Partner[]>;
  /** A live member with their name, for later features. @throws {Refusal} not-found */
  getMember(id: string, memberId: string): Promise<Member>;
  findMemberOf(id: string, accountId: string): Promise<Member | undefined>;
}

/** Use cases of partnerships. */
export function createPartnershipService(deps: PartnershipDeps): PartnershipService {
  const { access, members, partnerships } = deps;

  const withName = async (member: StoredMember): Promise<Member> => {
    const names = await deps.identity.listNames([member.accountId]);
    return presentMember(member, names.get(member.accountId)?.name ?? "");
  };
  const present = async (member: StoredMember): Promise<Partnership> => {
    const partnership = await partnerships.findById(member.partnershipId);
    if (!partnership) throw new Refusal("not-found", "Nothing here that you may see.");
    const partners = await partnerships.listPartners(partnership._id);
    return presentPartnership(partnership, partners, await withName(member));
  };

  return {
    create: async (actor, input) => present(await open(deps, actor, input)),
    async list(actor) {
      const mine = await members.listOfAccount(actor.accountId);
      return Promise.all(mine.map(present));
    },
    get: async (actor, id) => present(await access.authorise(actor, "partnership.read", id)),
    async addPartner(actor, id, { actFor, ...input }) {
      const member = await access.authorise(actor, "partner.add", id);
      if (actFor && member.partnerId !== null) {
        throw new Refusal("conflict", "You already act for another partner.");
      }
      const color = (await partnerships.listPartners(id)).length;
      const createdAt = deps.clock.now();
      const partner = { _id: deps.ids.next(), partnershipId: id, ...input, color, createdAt };
      await partnerships.insertPartner(partner);
      deps.announce("partner.added", id, actor, { partnerId: partner._id });
      if (actFor) await beginToAct(deps, member, partner._id);
      return presentPartner(partner);
    },
    async listMembers(actor, id) {
      await access.authorise(actor, "partnership.read", id);
      const live = await members.listLive(id);
      const names = await deps.identity.listNames(live.map((member) => member.accountId));
      return live.map((member) => presentMember(member, names.get(member.accountId)?.name ?? ""));
    },
    removeMember: (actor, id, memberId) => removeMember(deps, { actor, id, memberId }),
    listPartners: async (id) => (await partnerships.listPartners(id)).map(presentPartner),
    async getMember(id, memberId) {
      const member = await members.findById(id, memberId);
      if (!member || member.endedAt !== null) throw new Refusal("not-found", "No such member.");
      return withName(member);
    },
    async findMemberOf(id, accountId) {
      const member = await members.findLive(id, accountId);
      return member ? withName(member) : undefined;
    },
  };
}

async function open(
  deps: PartnershipDeps,
  actor: Actor,
  input: z.output<typeof newPartnershipSchema>,
): Promise<StoredMember> {
  const id = deps.ids.next();
  const createdAt = deps.clock.now();
  await deps.partnerships.insert({ _id: id, ...input, createdBy: actor.accountId, createdAt });
  const member = await deps.members.upsert({
    _id: deps.ids.next(),
    partnershipId: id,
    accountId: actor.accountId,
    partnerId: null,
    roles: ["coordinator"],
    joinedAt: createdAt,
    endedAt: null,
  });
  deps.announce("partnership.created", id, actor, {});
  return member;
}

async function removeMember(
  deps: PartnershipDeps,
  request: { actor: Actor; id: string; memberId: string },
): Promise<void> {
  const { actor, id, memberId } = request;
  await deps.access.authorise(actor, "member.remove", id);
  const live = await deps.members.listLive(id);
  const member = live.find((one) => one._id === memberId);
  if (!member) throw new Refusal("not-found", "There is no such member.");
  const coordinators = live.filter((one) => one.roles.includes("coordinator"));
  if (coordinators.length === 1 && coordinators[0]?._id === memberId) {
    throw new Refusal("conflict", "The last coordinator cannot leave.");
  }
  const now = deps.clock.now();
  await deps.members.end(id, memberId, now);
  const email = (await deps.identity.listNames([member.accountId])).get(member.accountId)?.email;
  if (email) await deps.members.revokeInvitations(id, email, now);
  deps.announce("membership.changed", id, actor, { accountId: member.accountId });
}

/** The union of roles keeps a coordinator one. */
async function beginToAct(
  { members, announce }: PartnershipDeps,
  member: StoredMember,
  partnerId: string,
): Promise<void> {
  await members.upsert({ ...member, partnerId, roles: ["lead", "committee"] });
  const actor = { accountId: member.accountId, sessionId: "" };
  announce("membership.changed", member.partnershipId, actor, { accountId: member.accountId });
}
