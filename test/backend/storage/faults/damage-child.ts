import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StoredState } from "../../../../backend/platform/storage/embedded/store/snapshot.ts";
import { checkFolder } from "./check.ts";
import { Ledger } from "./ledger.ts";

// Checks and opens damaged folders one after the other and says of each, as a line of JSON, what became of it. A folder that
// ends this process ends its line at its name.

const [seed = "", ledgerFile = "", ...folders] = process.argv.slice(2);
const lines = readFileSync(ledgerFile, "utf8").trim().split("\n");

const sentence = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** What `entente check` finds in the database. */
async function findingsIn(folder: string): Promise<string[]> {
  try {
    const state = new StoredState(join(folder, "db"));
    try {
      return [...state.problems()];
    } finally {
      await state.close();
    }
  } catch (error) {
    return [sentence(error)];
  }
}

/** What differs from the ledger when the folder is opened and read, or why it cannot be. */
async function differencesIn(
  folder: string,
): Promise<{ refused: string } | { differences: string[] }> {
  const ledger = new Ledger(Number(seed));
  ledger.read(lines);
  try {
    return { differences: await checkFolder(folder, ledger, { unacknowledged: false }) };
  } catch (error) {
    return { refused: sentence(error) };
  }
}

for (const folder of folders) {
  process.stdout.write(`${folder} `);
  const findings = await findingsIn(folder);
  // What the check has found damaged, nobody opens.
  const opened = findings.length > 0 ? { differences: [] } : await differencesIn(folder);
  process.stdout.write(`${JSON.stringify({ findings, ...opened })}\n`);
}
process.exit(0);
