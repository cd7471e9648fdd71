import { mayDo, type Action } from "../../../domain/partnerships/access.ts";
import type { AgreementSummary } from "../../../domain/agreements/wire.ts";
import type { DecisionSummary } from "../../../domain/decisions/wire.ts";
import type { Invitation, Member, Partnership } from "../../../domain/partnerships/wire.ts";
import type { SignatureRequestSummary } from "../../../domain/signing/wire.ts";

/** Something that waits for the caller. The kind names its words in the catalogue. */
export interface Task {
  readonly kind:
    | "partner"
    | "invite"
    | "agreement"
    | "draft"
    | "committee"
    | "propose"
    | "openDecision"
    | "vote"
    | "closeDecision"
    | "request"
    | "sign";
  readonly key: string;
  readonly to: string;
  readonly title: string;
}

/** What the home of a partnership knows. */
export interface HomeContent {
  readonly partnership: Partnership;
  readonly members: readonly Member[];
  readonly invitations: readonly Invitation[];
  readonly agreements: readonly AgreementSummary[];
  readonly decisions: readonly DecisionSummary[];
  readonly committees: number;
  readonly requests: readonly SignatureRequestSummary[];
  readonly now: Date;
}

/** What waits for the caller, the most binding first: sign, vote, conduct, propose, write, set up. */
export function tasksOf(content: HomeContent): readonly Task[] {
  return [
    ...signing(content),
    ...voting(content),
    ...conducting(content),
    ...proposing(content),
    ...drafting(content),
    ...settingUp(content),
  ];
}

function signing({ requests }: HomeContent): Task[] {
  return requests
    .filter((request) => request.isMyTurn)
    .map((request) => ({
      kind: "sign" as const,
      key: `sign-${request.id}`,
      to: `/signature-requests/${request.id}`,
      title: request.title,
    }));
}

function voting({ decisions }: HomeContent): Task[] {
  return decisions
    .filter((decision) => decision.awaitsMe)
    .map((decision) => decisionTask("vote", decision));
}

function conducting({ decisions, partnership, now }: HomeContent): Task[] {
  if (!may(partnership, "decision.conduct")) return [];
  return decisions.flatMap((decision) => {
    if (decision.state === "draft") return [decisionTask("openDecision", decision)];
    const { voted, voting } = decision.turnout;
    const isOver = new Date(decision.closesAt) <= now || (voting > 0 && voted === voting);
    const isDone = decision.state === "open" && isOver;
    return isDone ? [decisionTask("closeDecision", decision)] : [];
  });
}

function decisionTask(
  kind: "vote" | "openDecision" | "closeDecision",
  decision: DecisionSummary,
): Task {
  return {
    kind,
    key: `${kind}-${decision.id}`,
    to: `/decisions/${decision.id}`,
    title: decision.title,
  };
}

function proposing(content: HomeContent): Task[] {
  const { agreements, partnership, decisions, committees } = content;
  const tasks: Task[] = [];
  for (const { id, title, state, latestVersion } of agreements) {
    const isPending = decisions.some(
      (decision) =>
        decision.subject?.agreementId === id &&
        (decision.state === "draft" || decision.state === "open"),
    );
    if (state === "approved" && may(partnership, "signature.request")) {
      tasks.push({
        kind: "request",
        key: `request-${id}`,
        to: `/agreements/${id}/signature-requests/new`,
        title,
      });
    }
    if (state !== "frozen" || isPending) continue;
    if (committees === 0 && may(partnership, "committee.create")) {
      const to = `/partnerships/${partnership.id}/committees/new?agreement=${id}&version=${latestVersion}`;
      tasks.push({ kind: "committee", key: `committee-${id}`, to, title });
    } else if (may(partnership, "decision.propose")) {
      const to = `/partnerships/${partnership.id}/decisions/new?agreement=${id}&version=${latestVersion}`;
      tasks.push({ kind: "propose", key: `propose-${id}`, to, title });
    }
  }
  return tasks;
}

function drafting({ agreements, partnership }: HomeContent): Task[] {
  if (!may(partnership, "agreement.write")) return [];
  return agreements
    .filter((agreement) => agreement.state === "drafting")
    .map(({ id, title }) => ({
      kind: "draft" as const,
      key: `draft-${id}`,
      to: `/agreements/${id}`,
      title,
    }));
}

function settingUp({ partnership, members, invitations, agreements }: HomeContent): Task[] {
  const base = `/partnerships/${partnership.id}`;
  if (partnership.partners.length < 2) {
    return may(partnership, "partner.add") ? [setUp("partner", `${base}/people`)] : [];
  }
  const unheard = partnership.partners.filter(
    ({ id }) =>
      !members.some((member) => member.partnerId === id) &&
      !invitations.some((invitation) => invitation.partnerId === id),
  );
  const tasks: Task[] = [];
  if (unheard.length > 0 && may(partnership, "member.invite")) {
    tasks.push(setUp("invite", `${base}/people`));
  }
  if (agreements.length === 0 && may(partnership, "agreement.create")) {
    tasks.push(setUp("agreement", `${base}/templates`));
  }
  return tasks;
}

function setUp(kind: "partner" | "invite" | "agreement", to: string): Task {
  return { kind, key: kind, to, title: "" };
}

function may(partnership: Partnership, action: Action): boolean {
  return mayDo(partnership.me.roles, action);
}
