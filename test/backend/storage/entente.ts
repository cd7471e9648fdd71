import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { commandLine } from "../../support/child.ts";

const run = promisify(execFile);

/** What a command of the program answers on a data folder: what it said, or why it refused. */
export async function entente(
  dataDir: string,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: "0", LOG_LEVEL: "silent" };
  try {
    const { stdout } = await run(process.execPath, [...commandLine(), ...args], { env });
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}
