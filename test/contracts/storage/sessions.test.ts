import { expect } from "chai";
import type { ClientSession, Collection } from "mongoose";
import { contract, failure } from "./engines.ts";

contract("sessions", (on) => {
  /** Runs an action with a session of its own. */
  async function inSession(
    action: (session: ClientSession) => Promise<void>,
    options?: { snapshot: boolean },
  ): Promise<void> {
    const session = await on.connection.startSession(options);
    try {
      await action(session);
    } finally {
      await session.endSession();
    }
  }

  const one: never = { _id: 1 } as never;
  const read = async (collection: Collection, session?: ClientSession) =>
    (await collection.findOne(one, session ? { session } : {}))?.["n"] as unknown;

  describe("a collection made in a transaction", () => {
    const names = async () => (await on.connection.listCollections()).map(({ name }) => name);

    it("[STO-88] is seen with the commit, its indexes and documents too", async () => {
      await inSession(async (session) => {
        session.startTransaction();
        const made = await on.connection.db?.createCollection("made", { session });
        await made?.createIndex({ n: 1 }, { unique: true, session });
        await made?.insertOne({ n: 1 }, { session });
        expect(await names()).not.to.include("made");
        await session.commitTransaction();
        expect(await names()).to.include("made");
        expect(await failure(made?.insertOne({ n: 1 }) ?? Promise.resolve())).to.equal(11000);
      });
    });

    it("[STO-88] goes with it", async () => {
      await inSession(async (session) => {
        session.startTransaction();
        await on.connection.db?.createCollection("gone", { session });
        await session.abortTransaction();
        expect(await names()).not.to.include("gone");
      });
    });

    it("[STO-88] may not be there already; nor may one that is there, or has documents, get an index", async () => {
      const collection = await on.filled([{ n: 1 }]);
      await inSession(async (session) => {
        session.startTransaction();
        const again = on.connection.db?.createCollection(collection.collectionName, { session });
        expect(await failure(again ?? Promise.resolve())).to.equal(48);
        await session.abortTransaction();
        session.startTransaction();
        expect(await failure(collection.createIndex({ n: 1 }, { session }))).to.equal(263);
        await session.abortTransaction();
        session.startTransaction();
        const filled = on.collection();
        await filled.insertOne({ n: 1 }, { session });
        expect(await failure(filled.createIndex({ n: 1 }, { session }))).to.equal(263);
      });
    });
  });

  it("[STO-88] of snapshots read one state, and write nothing", async () => {
    const collection = await on.filled([{ n: 1 }]);
    await inSession(
      async (session) => {
        expect(await read(collection, session)).to.equal(1);
        await collection.updateOne(one, { $set: { n: 2 } });
        expect(await read(collection, session)).to.equal(1);
        expect(await collection.countDocuments({ n: 2 }, { session })).to.equal(0);
        expect(await failure(collection.updateOne(one, { $set: { n: 3 } }, { session }))).to.equal(
          72,
        );
        expect(() => session.startTransaction()).to.throw(/snapshot sessions/);
      },
      { snapshot: true },
    );
    expect(await read(collection)).to.equal(2);
  });

  describe("a write outside", () => {
    const inc = (n: number) => ({ $inc: { n } });

    it("[STO-89] comes after the transaction that holds its document, which commits", async () => {
      const collection = await on.filled([{ n: 1 }]);
      await inSession(async (session) => {
        session.startTransaction();
        await collection.updateOne(one, inc(10), { session });
        const outside = collection.findOneAndUpdate(one, inc(100));
        await collection.insertOne({ n: 0 });
        await session.commitTransaction();
        expect((await outside)?.["n"]).to.equal(11);
      });
      expect(await read(collection)).to.equal(111);
    });

    it("[STO-89] goes on as if nothing had been where it is aborted", async () => {
      const collection = await on.filled([{ n: 1 }]);
      await inSession(async (session) => {
        session.startTransaction();
        await collection.deleteMany({}, { session });
        const operations = [{ updateOne: { filter: one, update: inc(100) } }];
        const outside = collection.bulkWrite(operations);
        await session.abortTransaction();
        expect((await outside).modifiedCount).to.equal(1);
      });
      expect(await read(collection)).to.equal(101);
    });

    it("[STO-89] waits for a unique key", async () => {
      const collection = await on.filled([{ n: 1 }]);
      await collection.createIndex({ n: 1 }, { unique: true });
      await inSession(async (session) => {
        session.startTransaction();
        await collection.insertOne({ n: 2 }, { session });
        const outside = failure(collection.insertOne({ n: 2 }));
        await session.commitTransaction();
        expect(await outside).to.equal(11000);
      });
    });

    it("[STO-89] waits no longer than it may", async () => {
      const collection = await on.filled([{ n: 1 }]);
      await inSession(async (session) => {
        session.startTransaction();
        await collection.updateOne(one, inc(10), { session });
        const outside = collection.findOneAndUpdate(one, inc(100), { maxTimeMS: 20 });
        expect(await failure(outside)).to.equal(50);
        await session.commitTransaction();
      });
      expect(await read(collection)).to.equal(11);
    });

    it("[STO-89] loses nothing among many transactions", async () => {
      const collection = await on.filled([{ n: 0 }]);
      const inside = () =>
        inSession((session) =>
          session.withTransaction(async () => {
            const n = (await read(collection, session)) as number;
            await collection.updateOne(one, { $set: { n: n + 1 } }, { session });
            await read(collection, session);
          }),
        );
      const outside = () => collection.updateOne(one, inc(100));
      await Promise.all(Array.from({ length: 10 }, () => [inside(), outside()]).flat());
      expect(await read(collection)).to.equal(1010);
    });
  });
});
