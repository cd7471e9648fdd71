import { spawnSync } from "node:child_process";

/** What an independent program said. */
export interface Said {
  readonly status: number | null;
  readonly output: string;
}

/**
 * Runs a program that the machine may not have: the tests that ask it must skip, and say so, when the answer is undefined.
 */
export function ask(program: string, args: readonly string[]): Said | undefined {
  const { error, status, stdout } = spawnSync(program, [...args], { encoding: "utf8" });
  if (error && "code" in error && error.code === "ENOENT") {
    console.log(`      ${program} is not installed here`);
    return undefined;
  }
  if (error) throw error;
  return { status, output: stdout };
}
