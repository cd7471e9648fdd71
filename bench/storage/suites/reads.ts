import { endAll, openAll, race, type Race, type Runner } from "../fleet.ts";
import type { ReadKind } from "../protocol.ts";
import { comparison, ofSize, shortSpread, speedTarget } from "../report.ts";
import { cpuUs, timesAsFast } from "../stats.ts";
import { checkEqual, filledStore } from "../stores.ts";
import { present, type Setting } from "./suite.ts";

const contestants = ["engine", "lmdb", "sqlite", "nedb"] as const;
const models = ["mongoose-lean", "mongoose"] as const;
/** Whose reads may not grow with their number: the engine at its own door, and as the product asks it. */
const growing = { engine: "", mongoose: " through mongoose" } as const;
const titles = { byId: "by `_id`", byCode: "by a unique indexed field" } as const;
const mayGrow = 3;

/** Stores are shared by the engine and its models: who reads a document second would find it in the processor's cache. */
function seedOf(round: number, { store }: Runner): number {
  return 100 + round + 1_000 * (models.findIndex((name) => name === store.contestant) + 1);
}

function growth(setting: Setting, raced: Race, name: keyof typeof growing, title: string): void {
  const bySize = [...raced].filter(([{ store }]) => store.contestant === name);
  const [small] = bySize;
  const large = bySize.at(-1);
  if (small === undefined || large === undefined || small === large) return;
  const ratio = shortSpread(timesAsFast(small[1], large[1], cpuUs));
  setting.findings.targets.push({
    claim: `point read ${title}${growing[name]}: time at ${large[0].store.count} over time at ${small[0].store.count} (processor)`,
    measured: ratio.median,
    spread: ratio,
    wanted: `≤ ${mayGrow}`,
    isMet: ratio.median <= mayGrow,
  });
}

/** Point reads of random keys at several sizes, all sizes interleaved. */
export async function reads(setting: Setting): Promise<void> {
  const sizes = setting.isQuick ? [1_000, 20_000] : [1_000, 100_000, 1_000_000];
  const howMany = setting.isQuick ? 4_000 : 10_000;
  const stores = [];
  for (const count of sizes) {
    for (const name of present(setting, [...contestants, ...models]))
      stores.push(await filledStore(setting, name, count));
  }
  const runners = await openAll(stores);
  await checkEqual(runners, ["byId", "byCode"]);
  for (const kind of ["byId", "byCode"] as const satisfies ReadKind[]) {
    setting.say(`point reads ${titles[kind]}`);
    const raced = await race(runners, setting.rounds, (round, runner) => ({
      op: "read",
      kind,
      seed: seedOf(round, runner),
      howMany,
    }));
    for (const count of sizes) {
      const part = ofSize(raced, count);
      const title = `point read ${titles[kind]} among ${count}`;
      setting.findings.comparisons.push(comparison(title, part));
      const target = { peer: "lmdb", atLeast: 0.4, by: "processor" } as const;
      setting.findings.targets.push(
        ...speedTarget(`${title}, against raw LMDB get and BSON decode`, part, target),
      );
    }
    growth(setting, raced, "engine", titles[kind]);
    growth(setting, raced, "mongoose", titles[kind]);
  }
  await endAll(runners);
}
