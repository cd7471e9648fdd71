import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createLog } from "../../../backend/platform/log.ts";
import { reportFullScans } from "../../../backend/platform/storage/full-scans.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import { assertNoFullScans, scansIn } from "../../support/full-scans.ts";

describe("queries that no index answers", () => {
  let folder: string;
  let storage: Storage;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-scans-"));
    file = join(folder, "scans.jsonl");
    storage = await openStorage({ dataDir: join(folder, "data") });
  });
  after(async () => {
    await storage.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("[STO-61] are reported with their plan, and a run that reports one fails", async () => {
    reportFullScans(storage, { log: createLog("silent"), file });
    const notes = storage.connection.collection("notes");
    await notes.createIndex({ at: 1 });
    await notes.insertMany(Array.from({ length: 1_001 }, (_, at) => ({ at, text: `n${at}` })));
    await notes.find({ at: { $gt: 5 } }).toArray();
    await notes.findOne({}, { sort: { at: -1 } } as never);
    const { deletedCount } = await notes.deleteMany({ text: "n7" });
    expect(deletedCount).to.equal(1);
    const { queryPlanner } = await notes.find({ text: "n8" }).explain();
    await notes.find({ at: { $gte: 0 } }, { sort: { text: 1 } } as never).toArray();
    await notes.insertOne({ at: 7, text: "n7" });
    const sorted = notes.find({ at: { $gte: 0 } }, { sort: { text: 1 } } as never);
    expect((await sorted.toArray()).length).to.equal(1_001);
    const reported = scansIn(file);
    expect(reported.map(({ paths, sorted: count }) => [paths, count])).to.deep.equal([
      [["text"], undefined],
      [["text"], undefined],
      [["at"], 1_001],
    ]);
    expect(reported[1]?.plan).to.deep.equal(queryPlanner.winningPlan);
    expect(reported[2]?.plan).to.have.nested.property("inputStage.inputStage.indexName", "at_1");
    expect(() => assertNoFullScans(file)).to.throw(/notes.*COLLSCAN/);
  });
});
