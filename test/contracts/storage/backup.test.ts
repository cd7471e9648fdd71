import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { holdData } from "../../../backend/platform/storage/backup/hold.ts";
import { restoreBackup } from "../../../backend/platform/storage/backup/restore.ts";
import { connect } from "../../../backend/platform/storage/backup/server.ts";
import { takeBackup } from "../../../backend/platform/storage/backup/take.ts";
import { databaseTarget, folderTarget } from "../../../backend/platform/storage/backup/targets.ts";
import { unfinishedCollection } from "../../../backend/platform/storage/backup/unfinished.ts";
import { checkStorage } from "../../../backend/platform/storage/backup/check.ts";
import { openStorage } from "../../../backend/platform/storage/index.ts";
import { MongoClient } from "mongodb";

const uri = process.env["MONGODB_URI"];
const mongodbUri = uri && `${uri}_backup`;
const references = [{ collection: "papers", path: "blob" }];

interface Paper {
  _id: string;
  blob: string;
  size: number;
  at: Date;
  words: string[];
}

/** Moves between engines, which need a server. */
(mongodbUri ? describe : describe.skip)(
  `a backup moves data between engines${mongodbUri ? "" : " (skipped: MONGODB_URI is not set)"}`,
  function () {
    this.timeout(120_000);
    let folder = "";
    let count = 0;
    const fresh = () => join(folder, String(++count));
    const place = (dataDir: string, isServer: boolean) => ({
      dataDir,
      mongodbUri: isServer ? mongodbUri : undefined,
    });

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "entente-move-"));
    });
    beforeEach(drop);
    after(async () => {
      await drop();
      await rm(folder, { recursive: true, force: true });
    });

    async function onServer<T>(act: (client: MongoClient) => Promise<T>): Promise<T> {
      const client = await new MongoClient(mongodbUri ?? "").connect();
      try {
        return await act(client);
      } finally {
        await client.close();
      }
    }

    function drop() {
      return onServer((client) => client.db().dropDatabase());
    }

    async function fill(where: { dataDir: string; mongodbUri: string | undefined }): Promise<void> {
      const storage = await openStorage(where);
      const papers = storage.connection.collection<Paper>("papers");
      await papers.createIndex({ size: 1, at: -1 });
      await papers.createIndex({ blob: 1 }, { unique: true });
      for (let n = 0; n < 7; n++) {
        const { sha256 } = await storage.blobs.put(Buffer.alloc(n * 60_000, `paper ${n} `));
        const words = Array.from({ length: n }, (_, i) => `é${i}`);
        await papers.insertOne({ _id: `p${n}`, blob: sha256, size: n / 4, at: new Date(n), words });
      }
      await storage.connection.collection("empty").createIndex({ a: 1 });
      await storage.close();
    }

    async function backup(dataDir: string, isServer: boolean): Promise<[string, string]> {
      const target = fresh();
      const held = await holdData(place(dataDir, isServer), { isStopped: true });
      try {
        const said = { program: "test", instance: "test", now: new Date(), progress: () => {} };
        const manifest = await takeBackup({ source: held.source, target, references, ...said });
        return [target, manifest.contentSha256];
      } finally {
        await held.release();
      }
    }

    async function restore(dir: string, isServer: boolean): Promise<[string, string[]]> {
      const dataDir = fresh();
      const warnings: string[] = [];
      const progress = (line: string) => void warnings.push(line);
      const target = isServer
        ? databaseTarget(await connect(mongodbUri ?? ""), dataDir)
        : folderTarget(dataDir);
      await restoreBackup({ dir, target, latestSchema: 0, progress });
      return [dataDir, warnings];
    }

    it("[BKP-14] from the embedded engine to a server and back, with the same content hash", async () => {
      const start = fresh();
      await fill(place(start, false));
      const [first, content] = await backup(start, false);
      const [onTheWay] = await restore(first, true);
      const [second, there] = await backup(onTheWay, true);
      expect(there).to.equal(content);
      const [end] = await restore(second, false);
      expect((await backup(end, false))[1]).to.equal(content);
      const storage = await openStorage(place(end, false));
      const papers = storage.connection.collection<Paper>("papers");
      const last = await papers.findOne({ _id: "p6" });
      expect(last).to.deep.include({ size: 1.5, at: new Date(6) });
      expect((await storage.blobs.get(last?.blob ?? "")).length).to.equal(360_000);
      const indexes = await papers.indexes();
      expect(indexes.map(({ key }) => key)).to.deep.include.members([
        { size: 1, at: -1 },
        { blob: 1 },
      ]);
      await storage.close();
    });

    it("[BKP-14] from a server to the embedded engine and back, with the same content hash", async () => {
      await fill(place("unused", true));
      const [first, content] = await backup(fresh(), true);
      const [onTheWay] = await restore(first, false);
      const [second, there] = await backup(onTheWay, false);
      expect(there).to.equal(content);
      await drop();
      const [end] = await restore(second, true);
      expect((await backup(end, true))[1]).to.equal(content);
    });

    it("[BKP-10] a database whose restore was cut short is not opened; restored again, it is", async () => {
      await fill(place("unused", true));
      const [dir, content] = await backup(fresh(), true);
      const full = await restore(dir, true).catch((error: Error) => error.message);
      expect(full).to.match(/is not empty/);
      await onServer((client) =>
        client
          .db()
          .collection(unfinishedCollection)
          .insertOne({ contentSha256: "", hasKeys: false }),
      );
      const opened = await openStorage(place("unused", true)).catch(
        (error: { code: unknown }) => error,
      );
      expect(opened).to.have.property("code", "restore-unfinished");
      await restore(dir, true);
      expect((await backup(fresh(), true))[1]).to.equal(content);
      await (await openStorage(place("unused", true))).close();
    });

    it("[BKP-2] a server without snapshots is backed up only on the operator's word that nothing writes", async function () {
      const server = await connect(mongodbUri ?? "");
      await server.client.close();
      if (server.hasSnapshots) this.skip();
      const held = await holdData(place(fresh(), true), { isStopped: false }).catch(
        (error: Error) => error.message,
      );
      expect(held).to.match(/has no snapshots/);
    });

    it("[BKP-13] a check of a server finds damaged and missing blobs", async () => {
      await fill(place("unused", true));
      const names = await onServer(async (client) => {
        const files = await client.db().collection("blobs.files").find({}).toArray();
        const [missing, damaged] = files.filter(({ length }) => Number(length) > 0);
        await client.db().collection("blobs.files").deleteOne({ filename: missing?.["filename"] });
        await client
          .db()
          .collection("blobs.chunks")
          .updateOne({ files_id: damaged?._id, n: 0 }, { $set: { data: Buffer.from("x") } });
        return [missing?.["filename"], damaged?.["filename"]] as [string, string];
      });
      const held = await holdData(place(fresh(), true), { isStopped: true });
      const damages: string[] = [];
      for await (const { kind, text } of checkStorage(held.source, references))
        if (kind === "damage") damages.push(text);
      await held.release();
      expect(damages).to.have.length(2);
      expect(damages.join("\n")).to.include(`blob ${names[0]}, named in papers`);
      expect(damages.find((text) => text.includes(names[1]))).to.match(/is damaged$/);
    });
  },
);
