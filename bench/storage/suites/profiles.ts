import { Runner } from "../fleet.ts";
import type { ReadJob, WriteJob } from "../protocol.ts";
import type { ContestantName } from "../contestants/contestant.ts";
import { filledStore } from "../stores.ts";
import { freshStores, type Setting } from "./suite.ts";

/** How the titles of the longer tables begin. */
export const hottestTitle = "Hottest functions";
const topGroups = 12;
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

async function show(
  setting: Setting,
  title: string,
  { runner, warmUp, job }: { runner: Runner; warmUp: ReadJob | WriteJob; job: ReadJob | WriteJob },
): Promise<void> {
  await runner.send(warmUp);
  const { groups, hottest } = await runner.send({ op: "profile", job });
  const shown = groups.slice(0, topGroups);
  setting.findings.tables.push(
    {
      title: `Where the time goes: ${title}`,
      rows: shown.map(({ name, share }) => ({ part: name, share: percent(share) })),
    },
    {
      title: `${hottestTitle}: ${title}`,
      rows: hottest.map(({ place, share }) => ({ function: place, share: percent(share) })),
    },
  );
}

async function profileReads(setting: Setting, contestant: ContestantName): Promise<void> {
  const runner = new Runner(
    await filledStore(setting, contestant, setting.isQuick ? 20_000 : 100_000),
  );
  await runner.open();
  const kinds = [
    ["byId", 60_000],
    ["byCode", 60_000],
    ["byAgreement", 10_000],
    ["between", 3_000],
  ] as const;
  for (const [kind, howMany] of kinds) {
    const job: ReadJob = { op: "read", kind, seed: 1, howMany };
    const warmUp = { ...job, howMany: howMany / 10 };
    await show(setting, `${contestant}, ${kind}`, { runner, warmUp, job });
  }
  await runner.end();
}

async function profileInserts(setting: Setting, contestant: ContestantName): Promise<void> {
  const indexes = ["code", "agreement"] as const;
  const shape = { label: "profile", indexes, count: 60_000 };
  const [store] = await freshStores(setting, [contestant], shape);
  if (store === undefined) return;
  const runner = new Runner(store);
  await runner.open();
  const warmUp: WriteJob = { op: "insert", from: 0, howMany: 10_000, writers: 64 };
  const job: WriteJob = { ...warmUp, from: 10_000, howMany: 50_000 };
  await show(setting, `${contestant}, insert`, { runner, warmUp, job });
  await runner.end();
}

/** Where the main thread's time goes, by package and by module of the engine. */
export async function profiles(setting: Setting): Promise<void> {
  for (const contestant of ["engine", "mongoose-lean", "mongoose"] as const) {
    setting.say(`profile: ${contestant}`);
    await profileReads(setting, contestant);
    if (contestant !== "mongoose-lean") await profileInserts(setting, contestant);
  }
}
