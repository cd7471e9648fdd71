import { openStorage } from "../../../backend/platform/storage/index.ts";
import { migrate } from "../../../backend/platform/storage/migrations.ts";
import { countingSteps } from "./migration-steps.ts";

// Migrates a folder and kills itself at the n-th news, between two durable writes; exit 0 when it came to the end.
const [dataDir = "", killAt = "0"] = process.argv.slice(2);
const storage = await openStorage({ dataDir });
let news = 0;
await migrate(storage.connection, {
  migrations: countingSteps,
  isExclusive: true,
  onEvent: () => {
    news += 1;
    if (news === Number(killAt)) process.kill(process.pid, "SIGKILL");
  },
});
await storage.close();
