import { endAll, openAll, race } from "../fleet.ts";
import { comparison } from "../report.ts";
import { checkEqual } from "../stores.ts";
import { freshStores, type Setting } from "./suite.ts";

const contestants = ["engine", "lmdb", "sqlite", "nedb", "mongoose"] as const;
const writers = 64;

/** Updates by `_id` and deletes, durable, by 64 concurrent writers. */
export async function changes(setting: Setting): Promise<void> {
  const howMany = setting.isQuick ? 1_000 : 5_000;
  const { warmUp, measured } = setting.rounds;
  const count = howMany * (warmUp + measured);
  const indexes = ["code", "agreement"] as const;
  const stores = await freshStores(setting, contestants, { label: "changes", indexes, count });
  const runners = await openAll(stores);
  for (const runner of runners) await runner.send({ op: "load", from: 0, howMany: count });
  for (const op of ["update", "remove"] as const) {
    setting.say(`${op} by _id`);
    const raced = await race(runners, setting.rounds, (round) => ({
      op,
      from: round * howMany,
      howMany,
      writers,
    }));
    if (op === "update") await checkEqual(runners, ["byId"]);
    const title = `Durable ${op === "update" ? "updates" : "deletes"} by \`_id\`, 64 writers`;
    setting.findings.comparisons.push(comparison(title, raced));
  }
  await endAll(runners);
}
