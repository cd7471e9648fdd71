import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Instance } from "./instance.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The command line, built if there is a fresh build, else from source. */
export function commandLine(): readonly string[] {
  const built = join(root, "dist/backend/cli/entente.js");
  if (process.env["ENTENTE_BUILT"] && existsSync(built)) return [built];
  return ["--import", "tsx", join(root, "backend/cli/entente.ts")];
}

/** The product in a process of its own, which can be killed. */
export class ChildInstance extends Instance {
  private readonly child: ChildProcess;

  private constructor(url: string, dataDir: string, child: ChildProcess) {
    super(url, dataDir);
    this.child = child;
  }

  /** Runs `entente start --no-demo` on a folder and waits until it serves. */
  static async start(dataDir: string): Promise<ChildInstance> {
    const child = spawn(process.execPath, [...commandLine(), "start", "--no-demo"], {
      cwd: root,
      env: { ...process.env, PORT: "0", DATA_DIR: dataDir, LOG_LEVEL: "error" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (!child.stdout) throw new Error("the child has no output");
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /(http:\S+)/.exec(line)?.[1];
      if (url) return new ChildInstance(url, dataDir, child);
    }
    throw new Error("the child ended before it served");
  }

  /** Ends the process at once, as a power cut would for everything in memory. */
  async kill(): Promise<void> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Asks the process to stop; answers its exit code. */
  async stop(): Promise<number | null> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    const [code] = (await gone) as [number | null];
    return code;
  }
}
