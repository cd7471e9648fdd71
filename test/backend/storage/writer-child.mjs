import { once } from "node:events";
import { writeSync } from "node:fs";
import { Schema } from "mongoose";

// Waits for a line on stdin, then writes until it is killed or, at a second line, gives up. Each line on stdout is one acknowledged write, sent
// after the promise resolved. Plain JavaScript: with a build at hand it starts without a compiler.
const [storageModule = "", dataDir = "", round = "0"] = process.argv.slice(2);
const { openStorage } = await import(storageModule);
await once(process.stdin, "data");
process.stdin.once("data", () => process.exit(3));
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

async function write(lane) {
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
