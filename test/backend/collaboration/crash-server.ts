import { createInterface } from "node:readline";
import { AGREEMENT, TestServer } from "./support.ts";

// A collaboration server to be killed: prints READY, then one URL for each name it is given.
const [dataDir = "", isNew] = process.argv.slice(2);
const server = await TestServer.startIn(
  dataDir,
  { snapshotEvery: 40, framesPerSecond: 5_000 },
  isNew === "new",
);
console.log("READY");
for await (const accountId of createInterface({ input: process.stdin })) {
  console.log(await server.url(accountId, AGREEMENT));
}
