import type { RefusalCode } from "../kernel/refusal.ts";

/** Whether signatories sign in any order, or each after the one before. */
export const signingOrders = ["parallel", "sequential"] as const;

/** Whether signatories sign in any order, or each after the one before. */
export type SigningOrder = (typeof signingOrders)[number];

/** What is being done before anybody can sign. */
export const preparationSteps = ["rendering", "certifying"] as const;

/** What is being done before anybody can sign. */
export type PreparationStep = (typeof preparationSteps)[number];

/** Where a signature request stands; each state carries what only it knows. Times are instants in milliseconds. */
export type RequestState =
  | { readonly kind: "preparing"; readonly step: PreparationStep }
  | { readonly kind: "open" }
  | { readonly kind: "completed"; readonly at: number }
  | {
      readonly kind: "declined";
      readonly at: number;
      readonly slot: string;
      readonly reason: string;
    }
  | { readonly kind: "cancelled"; readonly at: number; readonly reason: string }
  | { readonly kind: "expired"; readonly at: number };

/** The kinds of state, in the order of a request's life. */
export const requestStates = [
  "preparing",
  "open",
  "completed",
  "declined",
  "cancelled",
  "expired",
] as const satisfies readonly RequestState["kind"][];

/** One signatory's part, as the rules need it. */
export interface Seat {
  /** Names the signature field; unique in the request. */
  readonly slot: string;
  readonly accountId: string;
  /** When they signed; null before. */
  readonly signedAt: number | null;
}

/** A signature request, as the rules need it; seats are in signing order. */
export interface SignatureRequest {
  readonly state: RequestState;
  readonly order: SigningOrder;
  readonly expiresAt: number | null;
  readonly seats: readonly Seat[];
}

/** Whether the request can still lead to a signed agreement. */
export function isActive(state: RequestState): boolean {
  return state.kind === "preparing" || state.kind === "open";
}

/**
 * The state that holds at an instant: an active request whose time is over has expired. The window is
 * half-open: at `expiresAt` itself it is over.
 */
export function stateAt(request: SignatureRequest, now: number): RequestState {
  const { state, expiresAt } = request;
  if (expiresAt !== null && now >= expiresAt && isActive(state)) {
    return { kind: "expired", at: expiresAt };
  }
  return state;
}

/** The slots that may sign now: every open seat, or the first one when the order is sequential. */
export function slotsDue(request: SignatureRequest, now: number): readonly string[] {
  if (stateAt(request, now).kind !== "open") return [];
  const waiting = request.seats.filter((seat) => seat.signedAt === null).map((seat) => seat.slot);
  return request.order === "sequential" ? waiting.slice(0, 1) : waiting;
}

/** The seat of an account; one account has one seat. */
export function seatOf(request: SignatureRequest, accountId: string): Seat | undefined {
  return request.seats.find((seat) => seat.accountId === accountId);
}

/** Why an account cannot sign now; undefined when it can. */
export function signingObstacle(
  request: SignatureRequest,
  accountId: string,
  now: number,
): RefusalCode | undefined {
  const seat = seatOf(request, accountId);
  if (!seat) return "not-a-signatory";
  if (seat.signedAt !== null) return "already-signed";
  if (stateAt(request, now).kind !== "open") return "request-not-open";
  return slotsDue(request, now).includes(seat.slot) ? undefined : "not-your-turn";
}

/** The request after a seat has signed: completed with the last signature. */
export function afterSignature<Request extends SignatureRequest>(
  request: Request,
  slot: string,
  at: number,
): Request {
  const seats = request.seats.map((seat) =>
    seat.slot === slot ? { ...seat, signedAt: at } : seat,
  );
  const isLast = seats.every((seat) => seat.signedAt !== null);
  return { ...request, seats, state: isLast ? { kind: "completed", at } : request.state };
}

/** What makes a list of signatories unfit; `parties` are the partners that the text makes parties, when known. */
export type SignatoryFault =
  | { readonly kind: "without-partner"; readonly index: number }
  | { readonly kind: "same-partner"; readonly index: number }
  | { readonly kind: "same-person"; readonly index: number }
  | { readonly kind: "not-a-party"; readonly index: number }
  | { readonly kind: "party-missing"; readonly partnerId: string };

/** One signatory for each party, each a different person acting for a partner. */
export function signatoryFaults(
  signatories: readonly { readonly accountId: string; readonly partnerId: string | null }[],
  parties: readonly string[] | undefined,
): readonly SignatoryFault[] {
  const faults: SignatoryFault[] = [];
  for (const [index, { accountId, partnerId }] of signatories.entries()) {
    const before = signatories.slice(0, index);
    if (before.some((other) => other.accountId === accountId)) {
      faults.push({ kind: "same-person", index });
    } else if (partnerId === null) {
      faults.push({ kind: "without-partner", index });
    } else if (before.some((other) => other.partnerId === partnerId)) {
      faults.push({ kind: "same-partner", index });
    } else if (parties && !parties.includes(partnerId)) {
      faults.push({ kind: "not-a-party", index });
    }
  }
  const present = new Set(signatories.map(({ partnerId }) => partnerId));
  for (const partnerId of parties ?? []) {
    if (!present.has(partnerId)) faults.push({ kind: "party-missing", partnerId });
  }
  return faults;
}
