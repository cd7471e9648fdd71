import type { IndexName } from "../documents.ts";
import { endAll, openAll, race, type Runner } from "../fleet.ts";
import { comparison, speedTarget } from "../report.ts";
import { checkEqual } from "../stores.ts";
import { freshStores, type Setting } from "./suite.ts";

const writers = 64;
const contestants = [
  "engine",
  "lmdb",
  "lmdb-transaction",
  "sqlite",
  "sqlite-grouped",
  "nedb",
  "mongoose",
] as const;

const scenarios: { title: string; label: string; indexes: IndexName[]; puts: string }[] = [
  {
    title: "no index but `_id`",
    label: "inserts-plain",
    indexes: [],
    puts: "The engine and raw LMDB put 2 records (document, `_id`).",
  },
  {
    title: "a unique and a plain index",
    label: "inserts-indexed",
    indexes: ["code", "agreement"],
    puts: "The engine and raw LMDB put 4 records (document, `_id`, 2 indexes).",
  },
];

const note = `64 writers, each awaits its insert before the next. sqlite: one transaction each, WAL, synchronous=FULL; sqlite-grouped: those that wait share one (made by hand). lmdb: the same options as the engine's, puts that share commits; lmdb-transaction: each insert a transaction callback, as atomic writes need. nedb appends and does not flush.`;

async function checkStored(runners: readonly Runner[], stored: number): Promise<void> {
  const durable = runners.filter(({ store }) => store.count >= stored);
  await checkEqual(durable, ["byId"]);
}

/** Durable inserts by 64 concurrent writers. */
export async function inserts(setting: Setting): Promise<void> {
  const howMany = setting.isQuick ? 1_000 : 5_000;
  const { warmUp, measured } = setting.rounds;
  const count = howMany * (warmUp + measured);
  for (const { title, label, indexes, puts } of scenarios) {
    setting.say(`inserts, ${title}`);
    const stores = await freshStores(setting, contestants, { label, indexes, count });
    const runners = await openAll(stores);
    const raced = await race(runners, setting.rounds, (round) => ({
      op: "insert",
      from: round * howMany,
      howMany,
      writers,
    }));
    await checkStored(runners, count);
    await endAll(runners);
    setting.findings.comparisons.push(
      comparison(`Durable inserts, ${title}`, raced, `${note} ${puts}`),
    );
    setting.findings.targets.push(
      ...speedTarget(`inserts, ${title}, against sqlite`, raced, {
        peer: "sqlite",
        atLeast: 1,
        by: "clock",
      }),
      ...speedTarget(`inserts, ${title}, against raw LMDB puts`, raced, {
        peer: "lmdb",
        atLeast: 0.5,
        by: "clock",
      }),
    );
  }
}
