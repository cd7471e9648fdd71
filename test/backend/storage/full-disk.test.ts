import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

interface Story {
  readonly refused: { status: number; body: { code: string } }[];
  readonly kept: number;
  readonly ready: number;
  readonly readable: number;
  readonly after: number;
  readonly stored: number;
}

/** A mount that only its own process sees and that vanishes with it. */
const inPrivate = "unshare";
const onSmallDisk = ["-rm", "bash", "-c", 'mount -t tmpfs -o size=16m tmpfs "$0" && exec "$@"'];

describe("a full disk", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-full-"));
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  const canMount = spawnSync(inPrivate, [...onSmallDisk, tmpdir(), "true"]).status === 0;
  it(`[STO-18] is told to the person, loses nothing, and is over once there is room${canMount ? "" : " (skipped: no private mounts here)"}`, function () {
    if (!canMount) this.skip();
    this.timeout(60_000);
    const child = join(import.meta.dirname, "full-disk-child.ts");
    const node = [process.execPath, "--import", "tsx", child, dataDir];
    const said = execFileSync(inPrivate, [...onSmallDisk, dataDir, ...node], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const story = JSON.parse(said.trim().split("\n").at(-1) ?? "") as Story;
    expect(story.refused.map(({ status, body }) => [status, body.code])).to.deep.equal(
      Array.from({ length: 5 }, () => [507, "storage-full"]),
    );
    expect([story.ready, story.readable, story.after]).to.deep.equal([200, 200, 201]);
    expect(story.kept).to.be.greaterThan(0);
    expect(story.stored, "after a restart").to.equal(story.kept + 1);
  });
});
