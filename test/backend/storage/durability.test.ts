import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { go, startWriter } from "./writer.ts";

describe("storage durability", () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-durable-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("[STO-17] lets a process end at once although writes wait for their commit", async function () {
    this.timeout(60_000);
    const writers = [1, 2, 3, 4, 5].map((n) => startWriter(join(dataDir, String(n)), n));
    const codes = writers.map(async (writer) => {
      const exited = once(writer, "exit");
      go(writer);
      await once(writer.stdout, "data");
      writer.stdout.resume();
      go(writer);
      const timer = setTimeout(() => writer.kill("SIGTERM"), 20_000);
      const [code, signal] = (await exited) as [number | null, string | null];
      clearTimeout(timer);
      return code ?? signal;
    });
    for (const code of await Promise.all(codes)) expect(code).to.be.oneOf([3, "SIGKILL"]);
  });
});
