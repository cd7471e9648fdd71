import type { ContestantName } from "../contestants/contestant.ts";
import { Runner, type Store } from "../fleet.ts";
import type { Memory } from "../protocol.ts";
import { short, shortSpread } from "../report.ts";
import { spread } from "../stats.ts";
import { filledStore, folderBytes } from "../stores.ts";
import { present, type Setting } from "./suite.ts";

const contestants = ["engine", "mongoose", "lmdb", "sqlite", "nedb"] as const;
/** Some need most of a minute. */
const maxRounds: Partial<Record<ContestantName, number>> = { nedb: 2 };
const maxMs = 1_000;
const maxBytes = 200e6;

interface Opening {
  /** From opening the store to the first answer; the process and its packages are there already. */
  readonly answerMs: number;
  readonly atAnswer: Memory;
  readonly afterReads: Memory;
}

async function openOnce(store: Store): Promise<Opening> {
  const runner = new Runner(store);
  const opened = await runner.open();
  const read = { op: "read", kind: "byId" } as const;
  const first = await runner.send({ ...read, seed: 11, howMany: 1 });
  const atAnswer = await runner.send({ op: "memory" });
  await runner.send({ ...read, seed: 12, howMany: 10_000 });
  const afterReads = await runner.send({ op: "memory" });
  await runner.end();
  if (first.found !== 1) throw new Error(`${runner.name} does not find a document`);
  return { answerMs: opened.wallMs + first.wallMs, atAnswer, afterReads };
}

const megabytes = (bytes: number) => short(bytes / 1e6);

/** Opens a large store in a fresh process: time to the first answer, memory, size on disk. */
export async function opening(setting: Setting): Promise<void> {
  const count = setting.isQuick ? 20_000 : 1_000_000;
  const openings = new Map<Store, Opening[]>();
  for (const name of present(setting, contestants))
    openings.set(await filledStore(setting, name, count), []);
  setting.say(`opening ${count} documents`);
  for (let round = 0; round < setting.rounds.measured; round++)
    for (const [store, done] of openings)
      if (round < (maxRounds[store.contestant] ?? Infinity)) done.push(await openOnce(store));
  const rows = [];
  for (const [store, done] of openings) {
    const of = (value: (one: Opening) => number) => spread(done.map(value));
    const answer = of(({ answerMs }) => answerMs);
    const memory = of(({ atAnswer }) => atAnswer.rssBytes);
    rows.push({
      contestant: store.contestant,
      "first answer, ms": `${short(answer.median)} (${short(answer.min)}–${short(answer.max)})`,
      "since process start, ms": short(of(({ atAnswer }) => atAnswer.uptimeMs).median),
      "resident, MB": megabytes(memory.median),
      "after 10,000 reads, MB": megabytes(of(({ afterReads }) => afterReads.rssBytes).median),
      "peak, MB": megabytes(of(({ afterReads }) => afterReads.peakBytes).max),
      "on disk, MB": megabytes(await folderBytes(store.folder)),
    });
    if (store.contestant !== "engine") continue;
    setting.findings.targets.push(
      {
        claim: `open ${count} documents: first answer`,
        measured: short(answer.median),
        spread: shortSpread(answer),
        wanted: `< ${maxMs} ms`,
        isMet: answer.median < maxMs,
      },
      {
        claim: `open ${count} documents: resident memory`,
        measured: megabytes(memory.max),
        wanted: `< ${maxBytes / 1e6} MB`,
        isMet: memory.max < maxBytes,
      },
    );
  }
  setting.findings.tables.push({ title: `Opening ${count} documents in a fresh process`, rows });
}
