import {
  effectOf,
  emptyState,
  hashOf,
  laneCount,
  operationOf,
  textOf,
  type LaneState,
} from "./history.ts";
import type { Ending } from "./writer.ts";

interface Lane {
  /** Operations acknowledged and all before them. */
  next: number;
  state: LaneState;
}

/** What a writer was told, kept outside its folder, and what follows from it. */
export class Ledger {
  readonly seed: number;
  #lanes: Lane[];
  readonly #seats = new Set<string>();
  readonly #blobs = new Set<string>();
  acknowledged = 0;
  refused = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.#lanes = Array.from({ length: laneCount }, () => ({ next: 0, state: emptyState }));
  }

  /** A ledger of the same acknowledgements, to settle on its own. */
  copy(): Ledger {
    const copy = new Ledger(this.seed);
    copy.#lanes = this.#lanes.map((lane) => ({ ...lane }));
    for (const seat of this.#seats) copy.#seats.add(seat);
    for (const blob of this.#blobs) copy.#blobs.add(blob);
    copy.acknowledged = this.acknowledged;
    return copy;
  }

  /** Where each lane goes on. */
  get starts(): number[] {
    return this.#lanes.map(({ next }) => next);
  }

  /** Blobs that must be there. */
  get blobs(): ReadonlySet<string> {
    return this.#blobs;
  }

  /** Seats that were given to someone, whoever it was. */
  get seats(): ReadonlySet<string> {
    return this.#seats;
  }

  /**
   * Takes note of what a writer said.
   * @throws {Error} when it acknowledged out of order, after a failure, or with an answer that its history does not give
   */
  read(lines: Ending["lines"]): void {
    let failed = "";
    for (const line of lines) {
      const [what, lane = "", n = "", ...answer] = line.split(" ");
      if (what === "X") failed ||= line;
      else if (what === "R") this.refused++;
      else {
        const hasChanged = this.#acknowledge(Number(lane), Number(n), answer.join(" "));
        // Reading, and a refusal that follows from what is read, still work then.
        if (failed && hasChanged) throw new Error(`acknowledged: ${line} after: ${failed}`);
      }
    }
  }

  /** Whether the operation changed anything. */
  #acknowledge(number: number, n: number, answer: string): boolean {
    const lane = this.#lanes[number];
    if (lane?.next !== n)
      throw new Error(`lane ${number} acknowledged ${n} instead of ${lane?.next}`);
    const operation = operationOf(this.seed, number, n);
    const effect = effectOf(lane.state, operation, answer);
    if (effect.answer !== answer)
      throw new Error(
        `lane ${number}, operation ${n}: ${JSON.stringify(operation)} answered ${answer} instead of ${effect.answer}`,
      );
    const hasChanged = textOf(lane.state) !== textOf(effect.state);
    lane.state = effect.state;
    lane.next++;
    this.acknowledged++;
    if (operation.kind === "seat") this.#seats.add(operation.seat);
    if (operation.kind === "file") this.#blobs.add(hashOf(operation.text));
    return hasChanged;
  }

  /**
   * Compares with what is stored: each lane must be as acknowledged, or one operation further, all of it. Goes on
   * from there. Gives what is wrong.
   */
  settle(stored: readonly LaneState[], mayBeFurther: boolean): string[] {
    const problems: string[] = [];
    for (const [number, lane] of this.#lanes.entries()) {
      const found = stored[number] ?? emptyState;
      if (textOf(found) === textOf(lane.state)) continue;
      const operation = operationOf(this.seed, number, lane.next);
      const further = effectOf(lane.state, operation).state;
      if (mayBeFurther && textOf(found) === textOf(further)) {
        lane.state = further;
        lane.next++;
      } else problems.push(differenceOf(number, lane, found));
    }
    return problems;
  }
}

function differenceOf(number: number, { next, state }: Lane, found: LaneState): string {
  const lists = (one: LaneState) =>
    [...one.entries.values(), ...one.files, ...one.seats].map((row) =>
      JSON.stringify(row).slice(0, 200),
    );
  const [expected, actual] = [lists(state), lists(found)];
  const lost = expected.filter((row) => !actual.includes(row));
  const strange = actual.filter((row) => !expected.includes(row));
  return `lane ${number} before operation ${next} (tally ${state.tally}, found ${found.tally}): lost ${lost.join(", ")}; found instead ${strange.join(", ")}`;
}
