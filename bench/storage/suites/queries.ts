import { endAll, openAll, race } from "../fleet.ts";
import type { ReadKind } from "../protocol.ts";
import { comparison, speedTarget } from "../report.ts";
import { checkEqual, filledStore } from "../stores.ts";
import { perAgreement } from "../documents.ts";
import { present, type Setting } from "./suite.ts";

const contestants = ["engine", "lmdb", "sqlite", "nedb", "mongoose-lean", "mongoose"] as const;

const kinds: { kind: ReadKind; title: string; howMany: number; note: string }[] = [
  { kind: "byAgreement", title: "equality, 10 documents", howMany: 20_000, note: "" },
  {
    kind: "between",
    title: "range of 100 documents in the index's order",
    howMany: 2_500,
    note: "",
  },
  {
    kind: "byAuthorBetween",
    title: "equality and range over a compound index, 20 documents",
    howMany: 10_000,
    note: "nedb has no compound index for ranges: it takes the author's 100 documents and tests them.",
  },
];

/** Indexed queries over a store of 100,000. */
export async function queries(setting: Setting): Promise<void> {
  const count = setting.isQuick ? 20_000 : 100_000;
  const stores = [];
  for (const name of present(setting, contestants))
    stores.push(await filledStore(setting, name, count));
  const runners = await openAll(stores);
  await checkEqual(
    runners,
    kinds.map(({ kind }) => kind),
  );
  // NeDB has loaded everything when it opens: the others get to have read nearly everything once.
  const warmUp = { op: "read", kind: "byAgreement", seed: 299 } as const;
  for (const runner of runners)
    await runner.send({ ...warmUp, howMany: (3 * count) / perAgreement });
  for (const { kind, title, howMany, note } of kinds) {
    setting.say(`queries: ${title}`);
    const raced = await race(runners, setting.rounds, (round) => ({
      op: "read",
      kind,
      seed: 300 + round,
      howMany: setting.isQuick ? howMany / 4 : howMany,
    }));
    setting.findings.comparisons.push(comparison(`${title}, among ${count}`, raced, note));
    setting.findings.targets.push(
      ...speedTarget(`${title}, against nedb`, raced, {
        peer: "nedb",
        atLeast: 1,
        by: "processor",
      }),
    );
  }
  await endAll(runners);
}
