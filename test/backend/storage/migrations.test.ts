import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { migrations } from "../../../backend/migrations/index.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import {
  latestVersion,
  migrate,
  planMigrations,
  readSchemaVersion,
} from "../../../backend/platform/storage/migrations.ts";
import { ChildInstance } from "../../support/child.ts";
import { World } from "../../support/world.ts";
import { entente } from "./entente.ts";
import { documentCount } from "./migration-steps.ts";

/** Every file of a folder with its hash; LMDB's table of readers is no data. */
async function filesOf(dataDir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || entry.name === "lock.mdb") continue;
    const path = join(entry.parentPath, entry.name);
    files[path] = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  }
  return files;
}

describe("migrations", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-migrate-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  async function withStorage<T>(action: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await openStorage({ dataDir });
    try {
      return await action(storage);
    } finally {
      await storage.close();
    }
  }

  it("[UPK-2] that are killed at any point go on at the next start, and no document is changed twice", async function () {
    this.timeout(120_000);
    await withStorage(async ({ connection }) => {
      for (const name of ["first", "second"]) {
        const docs = Array.from({ length: documentCount }, (_, i) => ({
          _id: String(i).padStart(5, "0"),
          count: 0,
          isOdd: i % 2 === 1,
        }));
        await connection.collection(name).insertMany(docs as never);
      }
    });
    const child = join(import.meta.dirname, "migration-child.ts");
    let kills = 0;
    for (const killAt of [2, 3, 1, 2, 4, 2, 0]) {
      const args = ["--import", "tsx", child, dataDir, String(killAt)];
      const running = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
      const [code, signal] = (await once(running, "exit")) as [number | null, string | null];
      if (signal === "SIGKILL") kills += 1;
      else expect(code).to.equal(0);
    }
    expect(kills).to.be.equal(6);
    await withStorage(async ({ connection }) => {
      expect(await readSchemaVersion(connection)).to.equal(2);
      const first = await connection.collection("first").find({}).toArray();
      const second = await connection.collection("second").find({}).toArray();
      expect([first.length, second.length]).to.deep.equal([documentCount / 2, documentCount]);
      const counts = [...first, ...second].map((doc) => doc["count"] as unknown);
      expect([...new Set(counts)]).to.deep.equal([1]);
    });
    console.log(`      ${kills} kills, every document changed once`);
  });

  it("[UPK-6] from a folder without a version: ended memberships lose roles and links, guessable hashes go", async () => {
    const [joined, mailed, ended, until] = [1, 2, 3, 4].map(
      (day) => new Date(Date.UTC(2026, 0, day)),
    );
    await withStorage(async ({ connection }) => {
      const fill = (name: string, docs: object[]) => connection.collection(name).insertMany(docs);
      await fill("accounts", [
        { _id: "a1", email: "gone@example.org" },
        { _id: "a2", email: "here@example.org" },
      ]);
      const member = { partnershipId: "p", joinedAt: joined };
      await fill("members", [
        { _id: "m1", ...member, accountId: "a1", roles: ["lead"], endedAt: ended },
        { _id: "m2", ...member, accountId: "a2", roles: ["lead"], endedAt: null },
      ]);
      const invitation = { partnershipId: "p", acceptedBy: null, expiresAt: until };
      await fill("invitations", [
        { _id: "before", ...invitation, email: "gone@example.org", createdAt: mailed },
        { _id: "after", ...invitation, email: "gone@example.org", createdAt: until },
        { _id: "other", ...invitation, email: "here@example.org", createdAt: mailed },
        { _id: "nobody", ...invitation, email: "new@example.org", createdAt: mailed },
      ]);
      await fill("idempotentanswers", [{ _id: "k", requestSha256: "f", answer: null, at: joined }]);
    });
    await withStorage(async ({ connection }) => {
      const plan = await planMigrations(connection, migrations);
      expect(plan.map(({ documents }) => documents)).to.deep.equal([1, 2]);
      await migrate(connection, { migrations, isExclusive: true });
      const read = async (name: string, field: string) => {
        const docs = await connection.collection(name).find({}).toArray();
        return Object.fromEntries(docs.map((doc) => [doc._id, doc[field] as unknown]));
      };
      expect(await read("members", "roles")).to.deep.equal({ m1: [], m2: ["lead"] });
      expect(await read("invitations", "expiresAt")).to.deep.equal({
        before: ended,
        after: until,
        other: until,
        nobody: until,
      });
      expect(await read("idempotentanswers", "at")).to.deep.equal({});
      expect(await planMigrations(connection, migrations)).to.deep.equal([]);
    });
  });

  it("[UPK-4] refuse a folder of a newer program before anything is touched, whatever the command", async function () {
    this.timeout(180_000);
    const world = await World.start(dataDir);
    await world.person("Ada");
    const { connection } = world.app.storage;
    expect(await readSchemaVersion(connection)).to.equal(latestVersion(migrations));
    await connection
      .collection<{ _id: string }>("schema")
      .updateOne({ _id: "schema" }, { $set: { version: 99 } });
    await world.stop();
    const before = await filesOf(dataDir);
    for (const args of [["start"], ["migrate"], ["migrate", "--dry-run"]]) {
      const { code, text } = await entente(dataDir, ...args);
      expect(code, args.join(" ")).to.equal(1);
      expect(text).to.match(/^The data was written by a newer program: its schema version is 99/);
    }
    expect(await filesOf(dataDir)).to.deep.equal(before);
  });

  it("[UPK-7] run by a command of their own, with a dry run, and not while a server runs", async function () {
    this.timeout(180_000);
    await (await World.start(dataDir)).stop();
    await withStorage(({ connection }) => connection.collection("schema").deleteMany({}));
    const dry = await entente(dataDir, "migrate", "--dry-run");
    expect(dry.text).to.match(
      /^Schema version 0\. These steps would run; nothing was changed:\n  1\. .*: 0 documents\n/,
    );
    const done = await entente(dataDir, "migrate");
    expect([done.code, done.text.trim().split("\n").at(-1)]).to.deep.equal([
      0,
      `Schema version ${latestVersion(migrations)}.`,
    ]);
    const again = await entente(dataDir, "migrate");
    expect(again.text).to.match(/nothing to do/);
    const server = await ChildInstance.start(dataDir);
    const refused = await entente(dataDir, "migrate");
    await server.stop();
    expect(refused.code).to.equal(1);
    expect(refused.text).to.match(/is in use by process \d+/);
    const none = await entente(join(dataDir, "none"), "migrate");
    expect([none.code, none.text.trim()]).to.deep.equal([
      1,
      `There is no data in ${join(dataDir, "none")}.`,
    ]);
  });
});
