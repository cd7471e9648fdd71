import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { assemble, type Cast } from "../../support/cast.ts";
import { seal } from "../../support/line.ts";
import { until, World } from "../../support/world.ts";

const DAY_MS = 86_400_000;

describe("upkeep of a server's files", () => {
  /** Makes all blobs as old as if they were stored days ago; answers their hashes. */
  async function ageAll(world: World): Promise<string[]> {
    const folder = join(world.dataDir, "blobs");
    const hashes: string[] = [];
    const old = new Date(Date.now() - 3 * DAY_MS);
    for (const prefix of await readdir(folder)) {
      for (const name of await readdir(join(folder, prefix))) {
        await utimes(join(folder, prefix, name), old, old);
        hashes.push(prefix + name);
      }
    }
    return hashes;
  }

  it("[UPK-13] spares whatever an agreement needs, from its template to the archived PDF, and takes the rest", async function () {
    this.timeout(120_000);
    const world = await World.start();
    const cast = await assemble(world);
    const sealed = await seal(cast);
    interface Records {
      items: { id: string }[];
    }
    const find = async () => (await cast.ada.get("/archive")).ok<Records>().items;
    await until(async () => (await find()).length === 1, 30_000);
    const record = (await find())[0]?.id ?? "";
    const paths = [
      `/agreements/${sealed.agreementId}`,
      `/agreements/${sealed.agreementId}/versions/${sealed.version}`,
      `/agreements/${sealed.agreementId}/versions/${sealed.version}.json`,
      `/signature-requests/${sealed.requestId}/document.pdf`,
      `/archive/${record}/document.pdf`,
    ];
    const read = async () => {
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await cast.ada.get(path)).status);
      return statuses;
    };
    const statuses = await read();
    expect(statuses).to.deep.equal(paths.map(() => 200));
    const { blobs } = world.app.storage;
    const { sha256 } = await blobs.put(Buffer.from("nobody's"));
    const before = await ageAll(world);
    const schema = world.app.storage.connection.collection<{ _id: string }>("schema");
    await schema.updateOne({ _id: "schema" }, { $inc: { version: 1 } });
    await world.app.upkeep.run();
    expect(await blobs.has(sha256), "while a newer program's data may name it").to.equal(true);
    await schema.updateOne({ _id: "schema" }, { $inc: { version: -1 } });
    await world.app.upkeep.run();
    expect(await blobs.has(sha256)).to.equal(false);
    expect(await read()).to.deep.equal(statuses);
    const kept = await Promise.all(before.map((hash) => blobs.has(hash)));
    // Template, version, and the document certified and signed three times.
    expect(kept.filter(Boolean)).to.have.length.greaterThan(5);
    await world.stop();
  });

  it("[UPK-13] runs when the server starts", async function () {
    this.timeout(60_000);
    const dataDir = await mkdtemp(join(tmpdir(), "entente-orphans-"));
    const first = await World.start(dataDir);
    const { sha256 } = await first.app.storage.blobs.put(Buffer.from("nobody's"));
    await ageAll(first);
    await first.stop();
    const second = await World.start(dataDir);
    await until(async () => !(await second.app.storage.blobs.has(sha256)));
    await second.stop();
    await rm(dataDir, { recursive: true });
  });

  it("[UPK-11] tells a person that the quota is used up, and the metrics how much", async function () {
    this.timeout(60_000);
    const world = await World.start(undefined, { BLOB_QUOTA_MB: "0.25" });
    const cast: Cast = await assemble(world);
    const start = () =>
      cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
        templateId: "gouvernance",
        language: "fr",
        title: "Notre gouvernance",
      });
    const figure = async (name: string): Promise<number> => {
      const text = await (await fetch(`${world.url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
    };
    const { id } = (await start()).ok<{ id: string }>(201);
    const used = await figure("entente_blobs_used_bytes");
    expect(used).to.be.greaterThan(1_000);
    expect(await figure("entente_blobs_quota_bytes")).to.equal(Math.floor(0.25 * 2 ** 20));
    let refused: { code: string; detail?: string } | undefined;
    for (let label = 0; refused === undefined && label < 20; label++) {
      const frozen = await cast.ada.post(`/agreements/${id}/versions`, {
        label: `${label}`,
        lock: false,
      });
      if (frozen.status !== 201) refused = frozen.refused("storage-full", 507);
    }
    expect(refused?.detail).to.match(/^No room for another .* MiB of files: .* MiB are used/);
    expect(await figure("entente_blobs_used_bytes")).to.be.at.most(Math.floor(0.25 * 2 ** 20));
    expect((await start()).status, "a template that is stored already").to.equal(201);
    await world.stop();
  });

  /** A mount that only its own process sees and that vanishes with it. */
  const inPrivate = "unshare";
  const narrow = 'mount -t tmpfs -o size=4m tmpfs "$0" && ulimit -n 160 && exec "$@"';
  const onSmallDisk = ["-rm", "bash", "-c", narrow];
  const canMount = spawnSync(inPrivate, [...onSmallDisk, tmpdir(), "true"]).status === 0;

  it(`[UPK-17] a full disk and too many open files are told by their codes, leave nothing behind and pass${canMount ? "" : " (skipped: no private mounts here)"}`, async function () {
    if (!canMount) this.skip();
    this.timeout(60_000);
    const folder = await mkdtemp(join(tmpdir(), "entente-limits-"));
    const child = join(import.meta.dirname, "blob-limits-child.ts");
    const node = [process.execPath, "--import", "tsx", child, folder];
    const said = execFileSync(inPrivate, [...onSmallDisk, folder, ...node], { encoding: "utf8" });
    expect(JSON.parse(said.trim())).to.deep.equal({
      full: ["storage-full", "The disk is full"],
      litter: 0,
      usedIsTrue: true,
      readable: true,
      afterFull: "stored",
      busyPut: ["too-busy", "Too many files are open; try again"],
      busyGet: ["too-busy", "Too many files are open; try again"],
      afterBusy: "stored",
    });
    await rm(folder, { recursive: true });
  });
});
