import { expect } from "chai";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import {
  migrate,
  planMigrations,
  readSchemaVersion,
  type Migration,
} from "../../../backend/platform/storage/migrations.ts";
import { contract, type Doc } from "./engines.ts";

/** Counts on every document of a collection, once. */
function counting(collection: string, version = 1): Migration {
  const field = `step${version}`;
  return {
    version,
    name: `Count ${version}`,
    up: ({ change }) =>
      change({
        collection,
        filter: { [field]: { $exists: false } },
        change: () => ({ $set: { [field]: true }, $inc: { count: 1 } }),
      }),
  };
}

/** A promise that somebody else keeps. */
function newGate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const errorOf = (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => "no error",
    (error: unknown) => error,
  );

contract("migrations", (on) => {
  const schema = () => on.connection.collection<Doc & { _id: string }>("schema");
  let collection: string;
  const stored = () => on.connection.collection(collection).find({}).sort({ _id: 1 }).toArray();
  const counts = async () => new Set((await stored()).map((doc) => doc["count"] as unknown));

  beforeEach(async () => {
    await schema().deleteMany({});
    const docs = Array.from({ length: 40 }, (_, i) => ({ _id: `d${i}`, count: 0 }) as never);
    const filled = on.collection();
    await filled.insertMany(docs);
    collection = filled.name;
  });

  it("[UPK-1] run once each, in order, and leave their version with the data", async () => {
    const migrations = [counting(collection), counting(collection, 2)];
    const told: string[] = [];
    const onEvent = ({ kind, version }: { kind: string; version: number }) =>
      told.push(`${kind} ${version}`);
    expect(await readSchemaVersion(on.connection)).to.equal(0);
    await migrate(on.connection, { migrations, isExclusive: false, onEvent });
    await migrate(on.connection, { migrations, isExclusive: false, onEvent });
    expect([...(await counts())]).to.deep.equal([2]);
    expect(told.filter((line) => !line.startsWith("batch"))).to.deep.equal(
      [1, 2].flatMap((n) => [`started ${n}`, `finished ${n}`]),
    );
    const found = await schema().find({}).toArray();
    expect(found.map(({ at, ...rest }) => [rest, at instanceof Date])).to.deep.equal([
      [{ _id: "schema", version: 2 }, true],
    ]);
  });

  it("[UPK-3] tell beforehand how many documents each would change, and change none", async () => {
    await on.connection.collection(collection).deleteMany({ _id: { $lt: "d2" } as never });
    const before = await stored();
    expect(await planMigrations(on.connection, [counting(collection)])).to.deep.equal([
      { version: 1, name: "Count 1", documents: before.length },
    ]);
    expect(before.length).to.be.greaterThan(10);
    expect(await stored()).to.deep.equal(before);
    expect(await schema().countDocuments({})).to.equal(0);
  });

  it("[UPK-4] refuse data of a newer program and leave it alone", async () => {
    await schema().insertOne({ _id: "schema", version: 7, at: new Date(0) });
    const migrations = [counting(collection)];
    for (const action of [
      migrate(on.connection, { migrations, isExclusive: true }),
      planMigrations(on.connection, migrations),
    ]) {
      const error = await errorOf(action);
      expect(error).to.be.instanceOf(Refusal);
      expect(String(error)).to.match(
        /newer program: its schema version is 7, this program knows 1/,
      );
    }
    expect([...(await counts())]).to.deep.equal([0]);
    expect((await schema().findOne({ _id: "schema" }))?.["version"]).to.equal(7);
  });

  it("[UPK-4] refuse data that a newer program has begun to bring forward", async () => {
    const step = { version: 2, calls: 0, after: "d4", changed: 10 };
    await schema().insertOne({ _id: "schema", version: 1, at: new Date(0), step });
    const error = await errorOf(
      migrate(on.connection, { migrations: [counting(collection)], isExclusive: true }),
    );
    expect(String(error)).to.match(/newer program: its schema version is 2, this program knows 1/);
  });

  it("[UPK-5] are done by one of the servers that start at once, while the others wait", async () => {
    let runs = 0;
    const step = counting(collection);
    const counted: Migration = {
      ...step,
      up: (context) => {
        runs++;
        return step.up(context);
      },
    };
    const servers = Array.from({ length: 3 }, () =>
      migrate(on.connection, { migrations: [counted], isExclusive: false, leaseMs: 500 }),
    );
    await Promise.all(servers);
    expect([...(await counts())]).to.deep.equal([1]);
    expect(runs).to.equal(1);
  });

  it("[UPK-5] are taken over from a server that has gone silent, where it stopped", async () => {
    const lease = { holder: "dead", beat: 3 };
    const step = { version: 1, calls: 0, after: "d4", changed: 10 };
    const half = { version: 0, at: new Date(0), lease, step };
    await schema().insertOne({ _id: "schema", ...half });
    const told: string[] = [];
    await migrate(on.connection, {
      migrations: [counting(collection)],
      isExclusive: false,
      leaseMs: 200,
      onEvent: ({ kind }) => told.push(kind),
    });
    expect(told).to.include("waiting");
    for (const doc of await stored())
      expect(doc["count"], String(doc._id)).to.equal(String(doc._id) > "d4" ? 1 : 0);
    expect(await readSchemaVersion(on.connection)).to.equal(1);
  });

  it("[UPK-5] stop before their next write when another has taken over", async () => {
    const [reached, gate] = [newGate(), newGate()];
    const paused: Migration = {
      version: 1,
      name: "Pause",
      up: ({ change }) =>
        change({
          collection,
          filter: { count: 0 },
          change: async () => {
            reached.open();
            await gate.opened;
            return { $set: { count: 9 } };
          },
        }),
    };
    const running = errorOf(
      migrate(on.connection, { migrations: [paused], isExclusive: false, leaseMs: 60_000 }),
    );
    await reached.opened;
    await schema().updateOne({ _id: "schema" }, { $set: { lease: { holder: "other", beat: 0 } } });
    gate.open();
    expect(String(await running)).to.match(/taken this migration over/);
    expect([...(await counts())]).to.deep.equal([0]);
  });
});
