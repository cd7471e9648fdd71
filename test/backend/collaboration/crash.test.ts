import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { firstParagraph } from "./editing.ts";
import { Editor, until } from "./support.ts";

const ROUNDS = 6;

/** A server in a process of its own. */
class Victim {
  readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(dataDir: string, isNew: boolean) {
    const script = fileURLToPath(new URL("crash-server.ts", import.meta.url));
    const mode = isNew ? "new" : "again";
    this.child = spawn(process.execPath, ["--import", "tsx", script, dataDir, mode]);
    this.child.stderr.pipe(process.stderr);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the server left");
    return value;
  }

  async url(accountId: string): Promise<string> {
    this.child.stdin.write(`${accountId}\n`);
    return this.line();
  }

  async kill(): Promise<void> {
    const left = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await left;
  }
}

describe("a server killed while people write", () => {
  it("[COL-28] never loses an edit that it has acknowledged", async function () {
    this.timeout(120_000);
    const dataDir = await mkdtemp(join(tmpdir(), "entente-crash-"));
    const saved: string[] = [];
    let typed = 0;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const victim = new Victim(dataDir, round === 0);
      expect(await victim.line()).to.equal("READY");
      const editors = [new Editor(victim, "ada"), new Editor(victim, "ben")];
      for (const editor of editors) await editor.connect();
      for (const marker of saved) expect(editors[0]?.text, marker).to.contain(marker);
      if (round < ROUNDS) {
        const goal = saved.length + 20 + round * 11;
        const stops = editors.map((editor, who) => {
          const marks = new Map<number, string>();
          const type = setInterval(() => {
            const marker = `[${round}.${who}.${typed}]`;
            typed += 1;
            firstParagraph(editor.doc).insert(0, marker);
            marks.set(editor.ask(), marker);
            for (const [seq, mark] of marks) {
              if (seq > editor.acknowledged) continue;
              saved.push(mark);
              marks.delete(seq);
            }
          }, 3);
          return () => clearInterval(type);
        });
        await until(() => saved.length >= goal, "enough typed", 60_000);
        await victim.kill();
        for (const stop of stops) stop();
      } else {
        await victim.kill();
      }
      for (const editor of editors) editor.leave();
    }
    expect(saved.length).to.be.above(ROUNDS * 20 - 1);
    expect(typed, "some edits were under way at the kill").to.be.above(saved.length);
    await rm(dataDir, { recursive: true, force: true });
  });
});
