import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mongoose from "mongoose";
import { createDriver, Engine } from "../../../../backend/platform/storage/embedded/index.ts";

/** An engine in a folder of its own, with a mongoose on it, as a program would set them up. */
export class Bench {
  readonly engine: Engine;
  readonly mongoose = new mongoose.Mongoose();
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.engine = new Engine(join(folder, "db"));
    this.mongoose.setDriver(createDriver(this.engine));
  }

  static async open(): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), "entente-mongoose-")));
  }

  /** A connection to the database of a URI. */
  connect(uri = "mongodb://db.example:27018/first", options = {}): Promise<mongoose.Connection> {
    return this.mongoose.createConnection(uri, options).asPromise();
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The driver's Db of an open connection. */
export function dbOf({ db }: mongoose.Connection): mongoose.mongo.Db {
  if (db === undefined) throw new Error("the connection is not open");
  return db;
}

/** The error an action ends with, as an object whose fields can be looked at. */
export async function errorOf(action: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Error)
      return {
        ...Object.fromEntries(Object.entries(error)),
        name: error.name,
        message: error.message,
      };
  }
  throw new Error("it did not fail");
}
