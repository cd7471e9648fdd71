import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ContestantName } from "../contestants/contestant.ts";
import type { Rounds, Store } from "../fleet.ts";
import type { Findings } from "../report.ts";

/** What a suite is given. */
export interface Setting {
  /** Where stores are made; on the disk that is to be measured. */
  readonly folder: string;
  /** Contestants that are installed. */
  readonly contestants: ReadonlySet<ContestantName>;
  readonly rounds: Rounds;
  readonly isQuick: boolean;
  readonly findings: Findings;
  say(text: string): void;
}

/** Those of the contestants that are installed. */
export function present(setting: Setting, names: readonly ContestantName[]): ContestantName[] {
  return names.filter((name) => setting.contestants.has(name));
}

/** New, empty stores, one for each contestant. */
export async function freshStores(
  setting: Setting,
  names: readonly ContestantName[],
  shape: Pick<Store, "indexes" | "count"> & { label: string },
): Promise<Store[]> {
  const { label, ...rest } = shape;
  const stores = present(setting, names).map((contestant) => ({
    contestant,
    folder: join(setting.folder, `${label}-${contestant}`),
    ...rest,
  }));
  for (const { folder } of stores) await rm(folder, { recursive: true, force: true });
  return stores;
}
