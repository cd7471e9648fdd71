import { Schema, type Connection } from "mongoose";
import type { IdempotencyStore } from "../http/idempotency.ts";

interface Stored {
  _id: string;
  requestSha256: string;
  answer: string | null;
  at: Date;
}

const DAY_S = 86_400;

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    requestSha256: { type: String, required: true },
    answer: { type: String, default: null },
    at: { type: Date, required: true, expires: DAY_S },
  },
  { versionKey: false },
);

/** Remembers answers for a day; uniqueness of `_id` makes `reserve` atomic. */
export function createIdempotencyStore(connection: Connection): IdempotencyStore {
  const answers = connection.model<Stored>("IdempotentAnswer", schema);
  return {
    async reserve({ key, requestSha256, at }) {
      const found = await answers.findOneAndUpdate(
        { _id: key },
        { $setOnInsert: { requestSha256, answer: null, at } },
        { upsert: true, returnDocument: "before" },
      );
      if (!found) return { taken: true };
      const answer = found.answer === null ? null : JSON.parse(found.answer);
      return { taken: false, requestSha256: found.requestSha256, answer };
    },
    async complete(key, answer) {
      await answers.updateOne({ _id: key }, { $set: { answer: JSON.stringify(answer) } });
    },
    async release(key) {
      await answers.deleteOne({ _id: key });
    },
  };
}
