import { expect } from "chai";
import type { ClientSession, Collection } from "mongoose";
import { Schema } from "mongoose";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

contract("transactions", (on) => {
  /** Runs an action with a session of its own. */
  async function inSession<T>(action: (session: ClientSession) => Promise<T>): Promise<T> {
    const session = await on.connection.startSession();
    try {
      return await action(session);
    } finally {
      await session.endSession();
    }
  }

  const at = (id: number): never => ({ _id: id }) as never;
  const read = async (collection: Collection, id: number, session?: ClientSession) =>
    (await collection.findOne(at(id), session ? { session } : {}))?.["n"] as unknown;

  /** Two accounts, as every text on transactions has them. */
  const accounts = () => on.filled([{ n: 100 }, { n: 0 }]);

  it("[STO-62] commit all changes, or none", async () => {
    const collection = await accounts();
    await inSession((session) =>
      session.withTransaction(async () => {
        await collection.updateOne(at(1), { $inc: { n: -30 } }, { session });
        await collection.updateOne(at(2), { $inc: { n: 30 } }, { session });
      }),
    );
    expect([await read(collection, 1), await read(collection, 2)]).to.deep.equal([70, 30]);
    const failed = inSession((session) =>
      session.withTransaction(async () => {
        await collection.updateOne(at(1), { $inc: { n: -30 } }, { session });
        await collection.insertOne({ _id: 9 as never, n: 1 }, { session });
        throw new Error("changed my mind");
      }),
    );
    expect(await failure(failed)).to.equal("Error: changed my mind");
    expect([await read(collection, 1), await read(collection, 9)]).to.deep.equal([70, undefined]);
  });

  it("[STO-62] give the result of what they ran", async () => {
    const collection = await accounts();
    const result = await inSession((session) =>
      session.withTransaction(async () => read(collection, 1, session)),
    );
    expect(result).to.equal(100);
  });

  it("[STO-62] read their own writes, which nobody else sees before the commit", async () => {
    const collection = await accounts();
    await collection.createIndex({ n: 1 });
    await inSession(async (session) => {
      session.startTransaction();
      await collection.insertOne({ _id: 3 as never, n: 50 }, { session });
      await collection.updateOne(at(1), { $set: { n: 55 } }, { session });
      await collection.deleteOne(at(2), { session });
      const own = await idsOf(collection, { n: { $gte: 0 } }, { session, sort: { n: 1 } });
      expect(own).to.deep.equal([3, 1]);
      expect(await collection.countDocuments({}, { session })).to.equal(2);
      expect(await idsOf(collection, { n: { $gte: 0 } }, { sort: { n: 1 } })).to.deep.equal([2, 1]);
      expect(await read(collection, 1)).to.equal(100);
      await session.commitTransaction();
    });
    expect(await idsOf(collection, {}, { sort: { n: 1 } })).to.deep.equal([3, 1]);
  });

  it("[STO-62] see the state of their first read until they end", async () => {
    const collection = await accounts();
    await inSession(async (session) => {
      session.startTransaction();
      expect(await read(collection, 1, session)).to.equal(100);
      await collection.updateOne(at(1), { $set: { n: 1 } });
      await collection.insertOne({ _id: 3 as never, n: 3 });
      expect(await read(collection, 1, session)).to.equal(100);
      expect(await idsOf(collection, {}, { session, sort: { _id: 1 } })).to.deep.equal([1, 2]);
      await session.commitTransaction();
    });
    expect(await read(collection, 1)).to.equal(1);
  });

  it("[STO-62] leave nothing behind when they are aborted", async () => {
    const collection = await accounts();
    await collection.createIndex({ n: 1 }, { unique: true });
    await inSession(async (session) => {
      session.startTransaction();
      await collection.insertOne({ _id: 3 as never, n: 7 }, { session });
      await collection.deleteMany({ n: 0 }, { session });
      await session.abortTransaction();
    });
    expect(await idsOf(collection, {}, { sort: { _id: 1 } })).to.deep.equal([1, 2]);
    await collection.insertOne({ _id: 4 as never, n: 7 });
  });

  it("[STO-62] abort with a session that ends", async () => {
    const collection = await accounts();
    await inSession(async (session) => {
      session.startTransaction();
      await collection.updateOne(at(1), { $set: { n: 1 } }, { session });
    });
    expect(await read(collection, 1)).to.equal(100);
  });

  it("[STO-63] refuse the second of two writers of a document, to be tried again", async () => {
    const collection = await accounts();
    await inSession((one) =>
      inSession(async (two) => {
        one.startTransaction();
        two.startTransaction();
        await collection.updateOne(at(1), { $inc: { n: 1 } }, { session: one });
        const second = collection.updateOne(at(1), { $inc: { n: 1 } }, { session: two });
        const error = (await second.catch((thrown: unknown) => thrown)) as {
          code?: number;
          hasErrorLabel?(label: string): boolean;
        };
        expect(error.code).to.equal(112);
        expect(error.hasErrorLabel?.("TransientTransactionError")).to.equal(true);
        await one.commitTransaction();
      }),
    );
    expect(await read(collection, 1)).to.equal(101);
  });

  it("[STO-63] refuse to write over what changed since they began", async () => {
    const collection = await accounts();
    await inSession(async (session) => {
      session.startTransaction();
      await read(collection, 1, session);
      await collection.updateOne(at(1), { $set: { n: 5 } });
      const late = collection.updateOne(at(1), { $inc: { n: 1 } }, { session });
      expect(await failure(late)).to.equal(112);
    });
    expect(await read(collection, 1)).to.equal(5);
  });

  it("[STO-63] lose no increment when many try again", async () => {
    const collection = await accounts();
    const increment = () =>
      inSession((session) =>
        session.withTransaction(async () => {
          const n = (await read(collection, 1, session)) as number;
          await collection.updateOne(at(1), { $set: { n: n + 1 } }, { session });
        }),
      );
    await Promise.all(Array.from({ length: 10 }, increment));
    expect(await read(collection, 1)).to.equal(110);
  });

  it("[STO-63] let different documents change side by side", async () => {
    const collection = await accounts();
    await inSession((one) =>
      inSession(async (two) => {
        one.startTransaction();
        two.startTransaction();
        await collection.updateOne(at(1), { $inc: { n: 1 } }, { session: one });
        await collection.updateOne(at(2), { $inc: { n: 1 } }, { session: two });
        await two.commitTransaction();
        await one.commitTransaction();
      }),
    );
    expect([await read(collection, 1), await read(collection, 2)]).to.deep.equal([101, 1]);
  });

  it("[STO-62] hold unique keys, their own and everybody's", async () => {
    const collection = await accounts();
    await collection.createIndex({ n: 1 }, { unique: true });
    for (const n of [100, 7]) {
      await inSession(async (session) => {
        session.startTransaction();
        await collection.insertOne({ n: 7 }, { session });
        expect(await failure(collection.insertOne({ n }, { session }))).to.equal(11000);
      });
    }
    await inSession((session) =>
      session.withTransaction(async () => {
        await collection.deleteOne({ n: 100 }, { session });
        await collection.insertOne({ _id: 5 as never, n: 100 }, { session });
      }),
    );
    expect(await idsOf(collection, { n: 100 })).to.deep.equal([5]);
  });

  it("[STO-62] are over when one of their operations is refused", async () => {
    const collection = await accounts();
    await inSession(async (session) => {
      session.startTransaction();
      await collection.updateOne(at(2), { $set: { n: 1 } }, { session });
      expect(await failure(collection.insertOne(at(1), { session }))).to.equal(11000);
      expect(await failure(collection.findOne(at(1), { session }))).to.equal(251);
    });
    expect(await read(collection, 2)).to.equal(0);
  });

  it("[STO-62] span collections, bulks and upserts", async () => {
    const [one, two] = [await accounts(), await accounts()];
    await inSession((session) =>
      session.withTransaction(async () => {
        const operations = [
          { insertOne: { document: { _id: 3, n: 3 } } },
          { updateOne: { filter: { _id: 1 }, update: { $set: { n: 1 } } } },
        ];
        await one.bulkWrite(operations as never, { session });
        await two.updateOne(at(7), { $set: { n: 7 } }, { session, upsert: true });
        await two.findOneAndDelete(at(1), { session });
      }),
    );
    expect(await idsOf(one, { n: { $lt: 4 } }, { sort: { _id: 1 } })).to.deep.equal([1, 2, 3]);
    expect(await idsOf(two, {}, { sort: { _id: 1 } })).to.deep.equal([2, 7]);
  });

  it("[STO-62] are refused where one runs already, or none does", async () => {
    await inSession(async (session) => {
      session.startTransaction();
      expect(() => session.startTransaction()).to.throw(/already in progress/);
      await session.abortTransaction();
      expect(await failure(session.abortTransaction())).to.match(/abortTransaction twice/);
    });
    await inSession(async (session) => {
      expect(await failure(session.commitTransaction())).to.match(/No transaction started/);
    });
  });

  it("[STO-62] work through models", async () => {
    const schema = new Schema({ _id: String, n: Number }, { timestamps: true });
    const Account = on.connection.model<Doc>("Account", schema);
    await on.storage.ready();
    await Account.create({ _id: "a", n: 1 });
    await on.connection.transaction(async (session) => {
      const account = await Account.findById("a").session(session).orFail();
      account.set("n", 5);
      await account.save({ session });
      await Account.create([{ _id: "b", n: 2 }], { session });
      expect(await Account.countDocuments({}).session(session)).to.equal(2);
      expect(await Account.countDocuments({})).to.equal(1);
    });
    expect((await Account.findById("a").orFail()).get("n")).to.equal(5);
    expect(await Account.countDocuments({})).to.equal(2);
  });

  it("[STO-62] do without one: a session alone changes nothing of an operation", async () => {
    const collection = await accounts();
    await inSession(async (session) => {
      await collection.updateOne(at(1), { $set: { n: 1 } }, { session });
      expect(await read(collection, 1)).to.equal(1);
      expect(await read(collection, 1, session)).to.equal(1);
    });
  });
});
