import type { Action } from "../../domain/partnerships/access.ts";
import type { Scene } from "./scene.ts";

/** Who may use a route, and how the matrix calls it. */
export interface Row {
  /** `public`: anybody; `account`: any session; else members whose role allows the action. */
  readonly who: "public" | "account" | Action;
  readonly params?: (scene: Scene) => Readonly<Record<string, string>>;
  readonly body?: (scene: Scene) => unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** The thing asked for need not exist in the scene: an allowed role may hear not-found. */
  readonly mayBeMissing?: true;
}

const partnership = ({ partnershipId }: Scene) => ({ id: partnershipId });
const agreement = ({ ids }: Scene) => ({ id: ids["agreementId"] ?? "" });
const committee = ({ ids }: Scene) => ({ id: ids["committeeId"] ?? "" });
const decision = ({ ids }: Scene) => ({ id: ids["decisionId"] ?? "" });
const request = ({ ids }: Scene) => ({ id: ids["requestId"] ?? "" });
const record = ({ ids }: Scene) => ({ id: ids["recordId"] ?? "" });
const version = (scene: Scene) => ({ ...agreement(scene), n: "1" });

/** A committee of the scene's one partner: more than half of the votes cast. */
export function newCommittee({ partnerId, ids }: Pick<Scene, "partnerId" | "ids">): unknown {
  return {
    name: "Comité",
    rule: {
      id: "simple",
      v: 1,
      label: "Majorité simple",
      procedure: "written",
      quorum: [],
      approval: [{ of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" }],
      veto: { by: "any", groundRequired: true, during: true, effect: "suspend" },
      onNoQuorum: "fails",
      recusal: { mandatoryWhen: [] },
      proxy: { allowed: false, maxPerHolder: 0, principalOverrides: true, chain: false },
      ballot: { changeable: "until_close", visibility: "open", earlyClose: false },
      timing: { minNoticeDays: 0, minOpenDays: 0, zone: "Europe/Paris" },
      binding: "on_close",
    },
    roll: [{ partnerId, weight: "1", delegates: [ids["committeeMemberId"] ?? ""] }],
  };
}

/** A question about the scene's first version. */
export function newDecision({ ids }: Pick<Scene, "ids">): unknown {
  return {
    committeeId: ids["committeeId"],
    title: "Approuver ?",
    subject: { agreementId: ids["agreementId"], version: 1 },
    closesAt: new Date(Date.now() + 86_400_000).toISOString(),
  };
}

/** One row per route. */
export const rows: Readonly<Record<string, Row>> = {
  "POST /auth/register": { who: "public" },
  "POST /auth/login": { who: "public" },
  "POST /auth/refresh": { who: "public" },
  "POST /auth/logout": { who: "account" },
  "POST /auth/logout-everywhere": { who: "account" },
  "GET /auth/me": { who: "account" },
  "PATCH /auth/me": { who: "account", body: () => ({}) },
  "POST /partnerships": { who: "account", body: () => ({ name: "P" }) },
  "GET /partnerships": { who: "account" },
  "GET /partnerships/:id": { who: "partnership.read", params: partnership },
  "POST /partnerships/:id/partners": {
    who: "partner.add",
    params: partnership,
    body: () => ({ name: "New", sector: "company" }),
  },
  "GET /partnerships/:id/members": { who: "partnership.read", params: partnership },
  "DELETE /partnerships/:id/members/:memberId": {
    who: "member.remove",
    params: ({ partnershipId }) => ({ id: partnershipId, memberId: "nobody" }),
    mayBeMissing: true,
  },
  "POST /partnerships/:id/invitations": {
    who: "member.invite",
    params: partnership,
    body: ({ partnerId }) => ({ email: "new@example.org", partnerId, roles: ["observer"] }),
  },
  "GET /partnerships/:id/invitations": { who: "member.invite", params: partnership },
  "GET /invitations/:token": { who: "public" },
  "POST /invitations/:token/accept": {
    who: "account",
    params: () => ({ token: "no-such-token-no-such-token" }),
    body: () => ({}),
  },
  "GET /templates": { who: "account" },
  "GET /templates/:id": { who: "account", params: () => ({ id: "gouvernance" }) },
  "POST /partnerships/:id/agreements": {
    who: "agreement.create",
    params: partnership,
    body: () => ({ templateId: "gouvernance", language: "fr", title: "T" }),
  },
  "GET /partnerships/:id/agreements": { who: "agreement.read", params: partnership },
  "GET /agreements/:id": { who: "agreement.read", params: agreement },
  "GET /agreements/:id/template": { who: "agreement.read", params: agreement },
  "PUT /agreements/:id/facts": {
    who: "agreement.write",
    params: agreement,
    body: () => ({}),
    headers: { "if-match": "not-the-revision" },
  },
  "GET /agreements/:id/findings": { who: "agreement.read", params: agreement },
  "POST /agreements/:id/reopen": { who: "agreement.freeze", params: agreement, body: () => ({}) },
  "POST /agreements/:id/withdraw": {
    who: "agreement.withdraw",
    params: (scene) => ({ id: scene.ids["spareAgreementId"] ?? agreement(scene).id }),
    body: () => ({}),
  },
  "POST /agreements/:id/versions": { who: "agreement.freeze", params: agreement, body: () => ({}) },
  "GET /agreements/:id/versions": { who: "agreement.read", params: agreement },
  "GET /agreements/:id/versions/:n.json": { who: "agreement.read", params: version },
  "GET /agreements/:id/versions/:n": { who: "agreement.read", params: version },
  "POST /agreements/:id/collaboration-ticket": {
    who: "agreement.read",
    params: agreement,
    body: () => ({}),
  },
  "POST /partnerships/:id/committees": {
    who: "committee.create",
    params: partnership,
    body: newCommittee,
  },
  "GET /partnerships/:id/committees": { who: "decision.read", params: partnership },
  "GET /committees/:id": { who: "decision.read", params: committee },
  "POST /partnerships/:id/decisions": {
    who: "decision.propose",
    params: partnership,
    body: newDecision,
  },
  "GET /partnerships/:id/decisions": { who: "decision.read", params: partnership },
  "GET /agreements/:id/decisions": { who: "decision.read", params: agreement },
  "GET /decisions/:id": { who: "decision.read", params: decision },
  "POST /decisions/:id/open": { who: "decision.conduct", params: decision, body: () => ({}) },
  "POST /decisions/:id/ballots": {
    who: "ballot.cast",
    params: decision,
    body: () => ({ choice: "for" }),
  },
  "POST /decisions/:id/recusals": { who: "ballot.cast", params: decision, body: () => ({}) },
  "POST /decisions/:id/vetoes": {
    who: "ballot.cast",
    params: decision,
    body: () => ({ ground: "Harm" }),
  },
  "GET /decisions/:id/receipt": { who: "decision.read", params: decision, mayBeMissing: true },
  "GET /decisions/:id/receipt.tlog-proof": {
    who: "decision.read",
    params: decision,
    mayBeMissing: true,
  },
  "POST /decisions/:id/close": { who: "decision.conduct", params: decision, body: () => ({}) },
  "POST /decisions/:id/confirm": { who: "decision.conduct", params: decision, body: () => ({}) },
  "POST /decisions/:id/withdraw": { who: "decision.conduct", params: decision, body: () => ({}) },
  "GET /partnerships/:id/log/checkpoint": { who: "log.read", params: partnership },
  "GET /partnerships/:id/log/tile/*path": {
    who: "log.read",
    params: (scene) => ({ ...partnership(scene), path: "0/000.p/1" }),
    mayBeMissing: true,
  },
  "GET /partnerships/:id/log/proof": {
    who: "log.read",
    params: partnership,
    query: "?index=0",
  },
  "GET /partnerships/:id/log/key": { who: "log.read", params: partnership },
  "GET /partnerships/:id/log/entries": {
    who: "log.read",
    params: partnership,
    query: "?from=0&to=1",
  },
  "GET /partnerships/:id/log/consistency": {
    who: "log.read",
    params: partnership,
    query: "?from=1&to=1",
  },
  "GET /agreements/:id/versions/:n.pdf": { who: "agreement.read", params: version },
  "POST /agreements/:id/signature-requests": {
    who: "signature.request",
    params: ({ ids }) => ({ id: ids["approvedAgreementId"] ?? "" }),
    body: ({ ids }) => ({ version: 1, signatories: [{ memberId: ids["leadMemberId"] }] }),
  },
  "GET /agreements/:id/signature-requests": { who: "signature.read", params: agreement },
  "GET /partnerships/:id/signature-requests": { who: "signature.read", params: partnership },
  "GET /signature-requests/:id": { who: "signature.read", params: request },
  "GET /signature-requests/:id/document.pdf": { who: "signature.read", params: request },
  "POST /signature-requests/:id/signatures": {
    who: "signature.apply",
    params: request,
    body: () => ({
      consent: true,
      contentSha256: "0".repeat(64),
      stepUp: { password: "not the password" },
    }),
  },
  "POST /signature-requests/:id/decline": {
    who: "signature.apply",
    params: request,
    body: () => ({ reason: "No" }),
  },
  "POST /signature-requests/:id/cancel": {
    who: "signature.request",
    params: request,
    body: () => ({ reason: "No" }),
  },
  "GET /archive": { who: "account" },
  "GET /archive/:id": { who: "archive.read", params: record },
  "GET /archive/:id/document.pdf": { who: "archive.read", params: record },
  "GET /archive/:id/report": { who: "archive.read", params: record },
  "POST /verify": { who: "public" },
  "GET /operator/outbox": { who: "account" },
};
