import { compactDatabase } from "../../../backend/platform/storage/embedded/index.ts";

// Compacts a database folder and kills itself after a step; exit 0 when it came to the end.
const [folder = "", killAfter = ""] = process.argv.slice(2);
await compactDatabase(folder, (step) => {
  if (step === killAfter) process.kill(process.pid, "SIGKILL");
});
