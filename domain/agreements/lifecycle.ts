/** The states of an agreement, in the order of its life. */
export const agreementStates = [
  "drafting",
  "frozen",
  "approved",
  "signing",
  "sealed",
  "superseded",
  "withdrawn",
] as const;

/** One state of an agreement. */
export type AgreementState = (typeof agreementStates)[number];

/** What may happen to an agreement. */
export type AgreementEvent =
  | "freeze"
  | "reopen"
  | "approve"
  | "reject"
  | "request-signatures"
  | "cancel-signatures"
  | "seal"
  | "supersede"
  | "withdraw";

const transitions: Readonly<
  Record<AgreementState, Readonly<Partial<Record<AgreementEvent, AgreementState>>>>
> = {
  drafting: { freeze: "frozen", withdraw: "withdrawn" },
  // Freezing again makes the next version; the earlier one stays as it was.
  frozen: {
    freeze: "frozen",
    reopen: "drafting",
    approve: "approved",
    reject: "drafting",
    withdraw: "withdrawn",
  },
  approved: { reopen: "drafting", "request-signatures": "signing", withdraw: "withdrawn" },
  signing: { seal: "sealed", "cancel-signatures": "approved", withdraw: "withdrawn" },
  sealed: { supersede: "superseded" },
  superseded: {},
  // Whoever signed last was quicker than the withdrawal: what all have signed binds.
  withdrawn: { seal: "sealed" },
};

/** The state after an event; undefined if the event cannot happen in this state. */
export function stateAfter(
  state: AgreementState,
  event: AgreementEvent,
): AgreementState | undefined {
  return transitions[state][event];
}

/** Whether text and facts may still change. */
export function isEditable(state: AgreementState): boolean {
  return state === "drafting";
}
