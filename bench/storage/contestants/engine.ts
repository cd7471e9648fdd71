import mongoose from "mongoose";
import { createDriver, Engine } from "../../../backend/platform/storage/embedded/index.ts";
import { choices, indexes, type Entry, type IndexName } from "../documents.ts";
import type { Contestant } from "./contestant.ts";

async function connect(folder: string) {
  const engine = new Engine(folder);
  const instance = new mongoose.Mongoose({
    bufferCommands: false,
    sanitizeFilter: true,
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  });
  instance.setDriver(createDriver(engine));
  const connection = await instance.createConnection("embedded://local").asPromise();
  const { db } = connection;
  if (db === undefined) throw new Error("no database");
  return { engine, connection, collection: db.collection<Entry>("entries") };
}

type Connected = Awaited<ReturnType<typeof connect>>;

async function createIndexes({ collection }: Connected, names: readonly IndexName[]) {
  for (const name of names) {
    const { fields, unique } = indexes[name];
    await collection.createIndex(Object.fromEntries(fields.map((field) => [field, 1])), { unique });
  }
}

/** The engine at its own door: the collection that its driver gives. */
export function createEngine(): Contestant {
  let connected: Connected;
  let collection: Connected["collection"];
  return {
    open: async (folder, names) => {
      connected = await connect(folder);
      ({ collection } = connected);
      await createIndexes(connected, names);
    },
    load: async (docs) => void (await collection.insertMany(docs)),
    insert: (doc) => collection.insertOne(doc),
    update: (_id, weight) => collection.updateOne({ _id }, { $set: { weight } }),
    remove: (_id) => collection.deleteOne({ _id }),
    byId: async (_id) => (await collection.findOne({ _id })) ?? undefined,
    byCode: async (code) => (await collection.findOne({ code })) ?? undefined,
    byAgreement: (agreement) => collection.find({ agreement }).toArray(),
    between: (from, to) =>
      collection
        .find({ at: { $gte: from, $lt: to } })
        .sort({ at: 1 })
        .toArray(),
    byAuthorBetween: (author, from, to) =>
      collection.find({ author, at: { $gte: from, $lt: to } }).toArray(),
    close: async () => {
      await connected.connection.close();
      await connected.engine.close();
    },
  };
}

function modelOf({ connection }: Connected) {
  const required = { type: String, required: true } as const;
  const schema = new mongoose.Schema<Entry>(
    {
      _id: required,
      agreement: required,
      author: required,
      code: required,
      at: { type: Date, required: true },
      number: { type: Number, required: true },
      weight: { type: Number, required: true },
      choice: { ...required, enum: [...choices] },
    },
    { versionKey: false, collection: "entries" },
  );
  return connection.model("Entry", schema);
}

/** The engine through a mongoose model; `lean` reads skip hydration. */
export function createMongoose(isLean: boolean): Contestant {
  let connected: Connected;
  let model: ReturnType<typeof modelOf>;
  const { trusted } = mongoose;
  const many = async (filter: object, sort?: Record<string, 1>): Promise<Entry[]> => {
    const query = model.find(filter);
    if (sort) query.sort(sort);
    if (isLean) return query.lean<Entry[]>();
    return query.exec() as Promise<unknown[]> as Promise<Entry[]>;
  };
  const one = async (filter: object): Promise<Entry | undefined> => {
    const query = model.findOne(filter);
    const doc = isLean ? await query.lean<Entry>() : ((await query.exec()) as Entry | null);
    return doc ?? undefined;
  };
  return {
    open: async (folder, names) => {
      connected = await connect(folder);
      await createIndexes(connected, names);
      model = modelOf(connected);
    },
    load: async (docs) => void (await connected.collection.insertMany(docs)),
    insert: (doc) => model.create(doc),
    update: (_id, weight) => model.updateOne({ _id }, { $set: { weight } }).exec(),
    remove: (_id) => model.deleteOne({ _id }).exec(),
    byId: (_id) => one({ _id }),
    byCode: (code) => one({ code }),
    byAgreement: (agreement) => many({ agreement }),
    between: (from, to) => many({ at: trusted({ $gte: from, $lt: to }) }, { at: 1 }),
    byAuthorBetween: (author, from, to) => many({ author, at: trusted({ $gte: from, $lt: to }) }),
    close: async () => {
      await connected.connection.close();
      await connected.engine.close();
    },
  };
}
