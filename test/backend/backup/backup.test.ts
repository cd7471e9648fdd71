import { randomBytes } from "node:crypto";
import { cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { Binary, Decimal128, Double, Int32, Long, ObjectId, Timestamp } from "mongodb";
import { isFolderPinned, pinFolder } from "../../../backend/platform/storage/backup/pin.ts";
import { openBackup } from "../../../backend/platform/storage/backup/source.ts";
import { verifyBackup } from "../../../backend/platform/storage/backup/verify.ts";
import { decodedDocuments } from "../../../backend/platform/storage/backup/check.ts";
import { openStorage } from "../../../backend/platform/storage/index.ts";
import { until } from "../../support/world.ts";
import {
  addVersion,
  backupHere,
  contentIn,
  entente,
  restoreHere,
  within,
  Workshop,
} from "./command.ts";

describe("a backup", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  before(() => shop.open());
  after(() => shop.close());

  /** A data folder with documents, blobs and secrets. */
  async function filled(): Promise<string> {
    const dataDir = shop.fresh();
    await within(dataDir, async (storage, connection) => {
      for (const n of [1, 2, 3]) await addVersion(storage, `v${n}`, `text ${n}`);
      await connection.collection("versions").createIndex({ contentSha256: 1 }, { unique: true });
      await connection.collection("kinds").insertMany(kinds());
      await connection.collection("kinds").createIndex({ "list.a": 1, when: -1 }, { sparse: true });
    });
    for (const [folder, name] of [
      ["keys", "log.ed25519"],
      ["pki", "root.pem"],
    ] as const) {
      await mkdir(join(dataDir, folder));
      await writeFile(join(dataDir, folder, name), randomBytes(32));
    }
    return dataDir;
  }

  async function backup(dataDir: string): Promise<[string, string]> {
    const dir = shop.fresh();
    return [dir, await backupHere(dataDir, dir)];
  }

  async function backupWithKeys(dataDir: string): Promise<string> {
    const dir = shop.fresh();
    contentIn(await entente(dataDir, ["backup", dir, "--with-keys"]));
    return dir;
  }

  async function restored(dir: string): Promise<string> {
    const dataDir = shop.fresh();
    await restoreHere(dir, dataDir);
    return dataDir;
  }

  it("[BKP-2] taken while writers go on holds all that was acknowledged before it began, whole up to one moment", async () => {
    const dataDir = shop.fresh();
    const storage = await openStorage({ dataDir });
    const acknowledged = [0, 0, 0, 0];
    const stop = new AbortController();
    const writers = acknowledged.map(async (_, writer) => {
      for (let n = 1; !stop.signal.aborted; n++) {
        const id = `${writer}-${n}`;
        await addVersion(storage, id, `text ${writer} ${n - (n % 50)}`);
        await storage.connection.collection<{ _id: string }>("after").insertOne({ _id: id });
        acknowledged[writer] = n;
      }
    });
    await until(() => acknowledged.every((n) => n > 50));
    const before = [...acknowledged];
    const dir = shop.fresh();
    const taken = entente(dataDir, ["backup", dir]);
    const { code, notes, ...rest } = await taken.finally(() => stop.abort());
    await Promise.all(writers);
    const later = [...acknowledged];
    await storage.close();

    expect(code, notes.join("\n")).to.equal(0);
    const manifest = await verifyBackup(dir);
    const source = openBackup(dir, manifest);
    const values = async (name: string, field = "_id"): Promise<Set<string>> => {
      const found = new Set<string>();
      for await (const doc of decodedDocuments(source, name)) found.add(String(doc[field]));
      return found;
    };
    const [versions, after] = [await values("versions"), await values("after")];
    expect(later.reduce((sum, n) => sum + n, 0)).to.be.greaterThan(after.size);
    for (const [writer, atLeast] of before.entries()) {
      const count = [...after].filter((id) => id.startsWith(`${writer}-`)).length;
      expect(count).to.be.at.least(atLeast);
      for (let n = 1; n <= count; n++) expect(after.has(`${writer}-${n}`)).to.equal(true);
      const named = [...versions].filter((id) => id.startsWith(`${writer}-`)).length;
      expect(named - count).to.be.within(0, 1);
    }
    expect(manifest.blobs.count).to.equal((await values("versions", "contentSha256")).size);

    const copy = await restored(dir);
    expect((await backup(copy))[1]).to.equal(contentIn({ code, notes, ...rest }));
    const [quiesced, content] = await backup(dataDir);
    expect((await backup(await restored(quiesced)))[1]).to.equal(content);
    expect(isFolderPinned(dataDir)).to.equal(false);
  });

  it("[BKP-3] brings back every type, index and blob, and the same content hash", async () => {
    const dataDir = await filled();
    const [dir, content] = await backup(dataDir);
    const copy = await restored(dir);
    expect((await backup(copy))[1]).to.equal(content);
    await within(copy, async (storage, connection) => {
      const indexes = await connection.collection("kinds").indexes();
      expect(indexes.map(({ key, sparse }) => ({ key, sparse }))).to.deep.equal([
        { key: { _id: 1 }, sparse: undefined },
        { key: { "list.a": 1, when: -1 }, sparse: true },
      ]);
      const [first] = await connection.collection("kinds").find({ "list.a": 2 }).toArray();
      expect(first?.["_id"]).to.equal("kinds");
      expect(first?.["decimal"]).to.deep.equal(Decimal128.fromString("0.10"));
      const version = await connection
        .collection<{ _id: string; contentSha256: string }>("versions")
        .findOne({ _id: "v2" });
      const bytes = await storage.blobs.get(String(version?.contentSha256));
      expect(Buffer.from(bytes).toString()).to.equal("text 2");
      const again = connection.collection<{ _id: string }>("versions").insertOne({
        ...version,
        _id: "v4",
      });
      expect(await again.catch((error: { code: unknown }) => error.code)).to.equal(11_000);
    });
  });

  it("[BKP-4] has keys only when they are asked for, and nobody else may read them", async () => {
    const dataDir = await filled();
    const [without] = await backup(dataDir);
    expect(existsSync(join(without, "keys"))).to.equal(false);
    const withKeys = await backupWithKeys(dataDir);
    const key = join("keys", "log.ed25519");
    expect((await stat(join(withKeys, "keys", key))).mode & 0o777).to.equal(0o600);
    expect((await stat(join(withKeys, "keys"))).mode & 0o777).to.equal(0o700);
    const copy = await restored(withKeys);
    expect(await readFile(join(copy, key))).to.deep.equal(await readFile(join(dataDir, key)));
    expect((await stat(join(copy, key))).mode & 0o777).to.equal(0o600);
    expect(await readdir(join(copy, "pki"))).to.deep.equal(["root.pem"]);
  });

  it("[BKP-4] without keys goes into a folder where they lie already, with keys it does not", async () => {
    const dataDir = await filled();
    const [without] = await backup(dataDir);
    const withKeys = await backupWithKeys(dataDir);
    const copy = shop.fresh();
    await cp(join(dataDir, "keys"), join(copy, "keys"), { recursive: true });
    const refused = await entente(copy, ["restore", withKeys]);
    expect([refused.code, refused.notes.at(-1)]).to.satisfy(
      ([code, line]: [number, string]) => code === 1 && line.includes("is not empty (keys)"),
    );
    expect((await entente(copy, ["restore", without])).code).to.equal(0);
  });

  it("[BKP-5] fails, naming them, when blobs that documents name are damaged or missing", async () => {
    const dataDir = shop.fresh();
    const [damaged, missing] = await within(dataDir, async (storage) => [
      await addVersion(storage, "v1", "to be damaged"),
      await addVersion(storage, "v2", "to be lost"),
    ]);
    const pathOf = (hash = "") => join(dataDir, "blobs", hash.slice(0, 2), hash.slice(2));
    await writeFile(pathOf(damaged), "damaged");
    await rm(pathOf(missing));
    const dir = shop.fresh();
    const { code, notes } = await entente(dataDir, ["backup", dir]);
    expect(code).to.equal(1);
    expect(notes.join("\n"))
      .to.include(`blob ${damaged}, named in versions, is damaged`)
      .and.to.include(`blob ${missing}, named in versions, is missing`);
    expect(existsSync(dir)).to.equal(false);
  });

  it("[BKP-6] is refused a place that holds something, and data that is not there", async () => {
    const dataDir = await filled();
    const taken = shop.fresh();
    await mkdir(taken);
    await backupHere(dataDir, taken);
    const again = await entente(dataDir, ["backup", taken]);
    expect([again.code, again.notes.join()]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("is not empty"),
    );
    expect((await entente(shop.fresh(), ["backup", shop.fresh()])).code).to.equal(1);
    for (const args of [["backup", "a", "b"], ["backup", "--all", "a"], ["restore"]])
      expect((await entente(dataDir, args)).code).to.equal(3);
    const full = await entente(dataDir, ["restore", taken]);
    expect([full.code, full.notes.join()]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("is not empty"),
    );
  });

  it("[BKP-2] keeps files in their place while it runs, and no longer when it died half a minute ago", async () => {
    const dataDir = shop.fresh();
    await mkdir(dataDir);
    const dead = join(dataDir, "backup.pin.1");
    await writeFile(dead, "");
    expect(isFolderPinned(dataDir)).to.equal(true);
    const then = new Date(Date.now() - 31_000);
    await utimes(dead, then, then);
    expect(isFolderPinned(dataDir)).to.equal(false);
    const pin = pinFolder(dataDir);
    expect(await readdir(dataDir)).to.deep.equal([`backup.pin.${process.pid}`]);
    expect(isFolderPinned(dataDir)).to.equal(true);
    await pin.release();
    expect(await readdir(dataDir)).to.deep.equal([]);
  });

  it("[BKP-6] is not restored into a folder that a server uses", async () => {
    const [dir] = await backup(await filled());
    const dataDir = shop.fresh();
    await within(dataDir, async () => {
      const { code, notes } = await entente(dataDir, ["restore", dir]);
      expect(code).to.equal(1);
      expect(notes.join("\n")).to.include("is in use by process");
    });
  });
});

function kinds(): Record<string, unknown>[] {
  return [
    {
      _id: "kinds",
      list: [{ a: 1 }, { a: 2 }],
      when: new Date(0),
      int: new Int32(7),
      double: new Double(7),
      long: Long.fromString("9007199254740993"),
      small: Long.fromNumber(5),
      decimal: Decimal128.fromString("0.10"),
      binary: new Binary(Buffer.from("bytes"), 5),
      time: new Timestamp({ t: 1, i: 2 }),
      pattern: /^a.b$/i,
      nothing: null,
      nested: { "10": 1, deep: { yes: true, empty: {}, none: [] } },
    },
    { _id: 42, when: new Date("2026-11-22") },
    { _id: new ObjectId("0123456789abcdef01234567"), text: "é𝄞\u0000x" },
    { _id: { part: 1 }, many: Array.from({ length: 1000 }, (_, i) => `word ${i}`) },
  ] as Record<string, unknown>[];
}
