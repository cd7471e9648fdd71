import type { RollEntry } from "../../domain/decisions/rule.ts";
import type { Member, Partnership } from "../../domain/partnerships/wire.ts";

/** A partner's place on the roll while it is written. */
export interface SeatDraft {
  readonly partnerId: string;
  readonly isOn: boolean;
  /** A whole number as text. */
  readonly weight: string;
  /** Member ids in rank order; none: whoever sits on committees for the partner. */
  readonly delegates: readonly string[];
}

/** Every partner with one voice, and its committee members as delegates. */
export function firstSeats(partnership: Partnership, members: readonly Member[]): SeatDraft[] {
  return partnership.partners.map(({ id }) => ({
    partnerId: id,
    isOn: true,
    weight: "1",
    delegates: committeeMembers(members, id).map((member) => member.id),
  }));
}

/** Who may vote for a partner. */
export function committeeMembers(members: readonly Member[], partnerId: string): readonly Member[] {
  return members.filter(
    (member) => member.partnerId === partnerId && member.roles.includes("committee"),
  );
}

/** Whether the text is a weight that the server takes. */
export function isWeight(text: string): boolean {
  return /^\d{1,80}$/.test(text);
}

/** The roll as the domain counts it; seats whose weight is not a number yet count nothing. */
export function rollOf(seats: readonly SeatDraft[]): readonly RollEntry[] {
  return seats
    .filter(({ isOn }) => isOn)
    .map(({ partnerId, weight, delegates }) => ({
      partner: partnerId,
      weight: isWeight(weight) ? weight : "0",
      delegates: [...delegates],
    }));
}

/** The roll as the server takes it. */
export function seatsToSend(seats: readonly SeatDraft[]): readonly object[] {
  return seats
    .filter(({ isOn }) => isOn)
    .map(({ partnerId, weight, delegates }) => ({ partnerId, weight, delegates }));
}

/** The list with the element at `index` moved one place up. */
export function movedUp<T>(list: readonly T[], index: number): readonly T[] {
  const [above, moved] = [list[index - 1], list[index]];
  if (above === undefined || moved === undefined) return list;
  return [...list.slice(0, index - 1), moved, above, ...list.slice(index + 1)];
}
