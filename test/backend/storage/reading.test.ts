import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "chai";
import { EmbeddedCollection } from "../../../backend/platform/storage/embedded/driver/collection.ts";
import { Engine } from "../../../backend/platform/storage/embedded/index.ts";
import { randomFrom, seedOfRun } from "../../support/random.ts";

interface Task {
  _id: string;
  state: string;
  turn: number;
}

const states = ["open", "done", "late"];
const count = 60;
const changes = 3_000;

describe("readers beside writers", () => {
  let folder: string;
  let engine: Engine;
  let tasks: EmbeddedCollection;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-reading-"));
    engine = new Engine(folder);
    tasks = new EmbeddedCollection(engine, "tasks");
    await tasks.createIndex({ state: 1 });
    await tasks.createIndex({ turn: 1 });
  });
  afterEach(async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  const find = async (filter: object) => (await tasks.find(filter).toArray()) as Task[];

  it("[STO-65] see one state: no document that its index does not name, and all that was acknowledged", async function () {
    this.timeout(60_000);
    const seed = seedOfRun();
    console.log(`      seed ${seed}`);
    const random = randomFrom(seed);
    const pick = () => states[Math.floor(random() * states.length)] ?? "open";
    await tasks.insertMany(
      Array.from({ length: count }, (_, n) => ({ _id: `t${n}`, state: "open", turn: 0 })),
    );
    const acknowledged = new Map<string, number>();
    let done = 0;
    const isOver = () => done >= changes;
    const write = async (n: number): Promise<void> => {
      const _id = `t${n}`;
      for (let turn = 1; !isOver(); turn++) {
        done++;
        await tasks.updateOne({ _id }, { $set: { state: pick(), turn } });
        acknowledged.set(_id, turn);
      }
    };
    const read = async (): Promise<void> => {
      while (!isOver()) {
        const [state, before] = [pick(), new Map(acknowledged)];
        for (const task of await find({ state })) {
          expect(task.state).to.equal(state);
          expect(task.turn).to.be.at.least(before.get(task._id) ?? 0);
        }
        const all = await find({ turn: { $gte: 0 } });
        expect(new Set(all.map(({ _id }) => _id)).size).to.equal(count);
        for (const { _id, turn } of all) expect(turn).to.be.at.least(before.get(_id) ?? 0);
        await nextTurn();
      }
    };
    await Promise.all([...Array.from({ length: count }, (_, n) => write(n)), read(), read()]);
    const byState = await Promise.all(states.map((state) => find({ state })));
    expect(byState.flat()).to.have.deep.members(await find({ turn: { $gte: 0 } }));
  });

  it("[STO-65] may change what they were given without anybody seeing it", async () => {
    await tasks.insertOne({ _id: "t", state: "open", turn: 1, parts: [{ at: new Date(0) }] });
    for (let round = 0; round < 4; round++) {
      const [byId, byState] = [await tasks.findOne({ _id: "t" }), await find({ state: "open" })];
      for (const task of [byId, ...byState] as { state: string; parts: { at: Date }[] }[]) {
        expect(task.parts).to.deep.equal([{ at: new Date(0) }]);
        task.state = "done";
        task.parts[0]?.at.setTime(1);
        task.parts.push({ at: new Date(2) });
      }
    }
  });
});
