import { createInterface } from "node:readline";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { lockFolder, type FolderLock } from "../../../backend/platform/storage/lock.ts";

// At each "take" tries for the folder's lock and says whether it has it; at "leave" gives it back.
const [folder = ""] = process.argv.slice(2);
let lock: FolderLock | undefined;

function take(): string {
  try {
    lock = lockFolder(folder);
    return "held";
  } catch (error) {
    if (error instanceof Refusal && error.code === "conflict") return "refused";
    throw error;
  }
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "take") console.log(take());
  else {
    lock?.release();
    lock = undefined;
    console.log("left");
  }
}
