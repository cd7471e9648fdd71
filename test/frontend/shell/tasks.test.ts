import { expect } from "chai";
import type { AgreementSummary } from "../../../domain/agreements/wire.ts";
import type { DecisionSummary } from "../../../domain/decisions/wire.ts";
import type { Partnership, Role } from "../../../domain/partnerships/wire.ts";
import type { SignatureRequestSummary } from "../../../domain/signing/wire.ts";
import { deadlinesOf } from "../../../frontend/shell/home/deadlines.ts";
import { tasksOf, type HomeContent } from "../../../frontend/shell/home/tasks.ts";

const at = "2026-11-22T10:00:00.000Z";
const partner = (id: string) => ({
  id,
  name: id,
  sector: "association" as const,
  country: "FR",
  registration: "",
  color: 0,
});

function home(roles: Role[], parts: Partial<HomeContent> = {}): HomeContent {
  const me = { id: "m", accountId: "a", name: "Ada", partnerId: "one", roles };
  const partnership: Partnership = {
    id: "ps",
    name: "Tanneries",
    purpose: "",
    createdAt: at,
    partners: [partner("one"), partner("two")],
    me,
  };
  return {
    partnership,
    members: [me, { ...me, id: "n", partnerId: "two" }],
    invitations: [],
    agreements: [],
    decisions: [],
    committees: 1,
    requests: [],
    now: new Date(at),
    ...parts,
  };
}

const agreement = (state: AgreementSummary["state"]): AgreementSummary => ({
  id: "ag",
  partnershipId: "ps",
  title: "Accord",
  language: "fr",
  templateId: "gouvernance",
  state,
  createdAt: at,
  latestVersion: 2,
});

const decision = (parts: Partial<DecisionSummary>): DecisionSummary => ({
  id: "d",
  partnershipId: "ps",
  committeeId: "c",
  title: "Adopter",
  state: "open",
  outcome: null,
  isFinal: false,
  subject: { agreementId: "ag", version: 2, contentSha256: "0".repeat(64) },
  opensAt: null,
  closesAt: "2026-12-01T10:00:00.000Z",
  closedAt: null,
  createdAt: at,
  turnout: { voted: 0, voting: 2 },
  awaitsMe: false,
  ...parts,
});

const request = (isMyTurn: boolean): SignatureRequestSummary => ({
  id: "sr",
  agreementId: "ag",
  partnershipId: "ps",
  title: "Accord",
  version: 2,
  contentSha256: "0".repeat(64),
  order: "parallel",
  state: "open",
  step: null,
  createdAt: at,
  expiresAt: null,
  endedAt: null,
  signatories: [],
  isMyTurn,
});

const kinds = (content: HomeContent): string[] => tasksOf(content).map((task) => task.kind);

describe("what waits at home", () => {
  it("[HOM-1] puts the most binding act first: sign, vote, conduct, propose, write", () => {
    const content = home(["lead", "committee"], {
      requests: [request(true)],
      decisions: [decision({ awaitsMe: true }), decision({ id: "e", state: "draft" })],
      agreements: [{ ...agreement("frozen"), id: "other" }, agreement("drafting")],
    });
    expect(kinds(content)).to.deep.equal(["sign", "vote", "openDecision", "propose", "draft"]);
  });

  it("[HOM-2] offers an act only to a role that may do it", () => {
    const parts = {
      requests: [request(false)],
      decisions: [decision({}), decision({ state: "draft" })],
      agreements: [agreement("drafting"), agreement("approved"), agreement("frozen")],
      committees: 0,
    };
    expect(kinds(home(["observer"], parts))).to.deep.equal([]);
    expect(kinds(home(["lawyer"], parts))).to.deep.equal(["draft"]);
  });

  it("[HOM-3] sends a frozen agreement to a committee, or to founding one, and not twice to a vote", () => {
    const frozen = { agreements: [agreement("frozen")] };
    expect(kinds(home(["lead"], { ...frozen, committees: 0 }))).to.deep.equal(["committee"]);
    expect(kinds(home(["lead"], frozen))).to.deep.equal(["propose"]);
    const voting = { ...frozen, decisions: [decision({})] };
    expect(kinds(home(["lead"], voting))).to.deep.equal([]);
  });

  it("[HOM-4] asks to close a vote when its time is over or everybody has voted", () => {
    const lead = (parts: Partial<DecisionSummary>) =>
      kinds(home(["lead"], { decisions: [decision(parts)], agreements: [agreement("frozen")] }));
    expect(lead({})).to.deep.equal([]);
    expect(lead({ closesAt: at })).to.deep.equal(["closeDecision"]);
    expect(lead({ turnout: { voted: 2, voting: 2 } })).to.deep.equal(["closeDecision"]);
  });

  it("[HOM-5] leads a new partnership step by step: partners, people, agreement", () => {
    const empty = home(["coordinator"]);
    const alone = { ...empty, partnership: { ...empty.partnership, partners: [partner("one")] } };
    expect(kinds(alone)).to.deep.equal(["partner"]);
    expect(kinds({ ...empty, members: [] })).to.deep.equal(["invite", "agreement"]);
    expect(kinds(empty)).to.deep.equal(["agreement"]);
  });

  it("[HOM-6] lists the dates ahead only, the nearest first, of what is still under way", () => {
    const content = home(["lead"], {
      decisions: [
        decision({ id: "late", closesAt: "2026-12-03T10:00:00.000Z" }),
        decision({ id: "past", closesAt: "2026-11-01T10:00:00.000Z" }),
        decision({ id: "done", state: "closed" }),
      ],
      requests: [{ ...request(true), expiresAt: "2026-11-30T10:00:00.000Z" }],
      invitations: [
        {
          id: "i",
          email: "omar@example.org",
          partnerId: "two",
          roles: ["observer"],
          expiresAt: "2026-12-01T10:00:00.000Z",
        },
      ],
    });
    expect(deadlinesOf(content).map(({ key }) => key)).to.deep.equal(["sr", "i", "late"]);
  });
});
