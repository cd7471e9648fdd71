import { writeSync } from "node:fs";
import { Schema } from "mongoose";
import { openStorage } from "../../../backend/platform/storage/index.ts";

// Writes until it is killed. Each line on stdout is one acknowledged write, sent after the promise resolved.
const [dataDir = "", round = "0"] = process.argv.slice(2);
const storage = await openStorage({ dataDir });
const Entry = storage.connection.model(
  "Entry",
  new Schema({
    _id: String,
    owner: { type: String, index: true },
    at: { type: Number, unique: true },
  }),
);
await storage.ready();

async function write(lane: number): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `${round}-${lane}-${i}`;
    const at = Number(round) * 1e9 + lane * 1e6 + i;
    await Entry.create({ _id: id, owner: `${round}-${lane}`, at });
    const { sha256 } =
      i % 10 === 0 ? await storage.blobs.put(Buffer.from(id.repeat(50))) : { sha256: "" };
    writeSync(1, `${id} ${sha256}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => write(lane)));
