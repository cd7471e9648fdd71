import { randomBytes } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { restoreBackup, type Target } from "../../../backend/platform/storage/backup/restore.ts";
import { folderTarget } from "../../../backend/platform/storage/backup/targets.ts";
import { openStorage } from "../../../backend/platform/storage/index.ts";
import { randomFrom, seedOfRun } from "../../support/random.ts";
import { addVersion, backupHere, contentIn, entente, within, Workshop } from "./command.ts";

/** The code of the refusal to open a folder, or "opened". */
async function opening(dataDir: string): Promise<string> {
  try {
    await (await openStorage({ dataDir })).close();
    return "opened";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("a restore", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  let dir = "";
  let content = "";

  before(async () => {
    await shop.open();
    const dataDir = shop.fresh();
    await within(dataDir, async (storage, connection) => {
      for (let n = 0; n < 60; n++) await addVersion(storage, `v${n}`, `text ${n}`);
      for (const name of ["a", "b", "c", "d"]) {
        const collection = connection.collection(name);
        await collection.createIndex({ n: 1 }, { unique: true });
        await collection.insertMany(Array.from({ length: 1_500 }, (_, n) => ({ n })));
      }
    });
    await mkdir(join(dataDir, "keys"));
    await writeFile(join(dataDir, "keys", "log.ed25519"), randomBytes(32));
    dir = shop.fresh();
    content = contentIn(await entente(dataDir, ["backup", dir, "--with-keys"]));
  });
  after(() => shop.close());

  it("[BKP-10] that is killed leaves a folder that says so and is not served; run again, it finishes", async () => {
    const seed = seedOfRun();
    const random = randomFrom(seed);
    let unfinished = 0;
    for (let round = 0; round < 6; round++) {
      const killAfter = 1 + Math.floor(random() * 7);
      const waitMs = random() * 30;
      const dataDir = shop.fresh();
      let seen = 0;
      const { code } = await entente(dataDir, ["restore", dir], {
        onNote: (_line, child) => {
          if (++seen === killAfter) void delay(waitMs).then(() => child.kill("SIGKILL"));
        },
      });
      const where = `seed ${seed}, round ${round}, after line ${killAfter}`;
      const has = await readdir(dataDir).catch((): string[] => []);
      if (has.includes("restore.json")) {
        unfinished++;
        expect(await opening(dataDir), where).to.equal("restore-unfinished");
      }
      if (code === 0) continue;
      const again = await entente(dataDir, ["restore", dir]);
      expect(again.code, `${where}: ${again.notes.join("\n")}`).to.equal(0);
      expect(await opening(dataDir), where).to.equal("opened");
      expect(await backupHere(dataDir, shop.fresh()), where).to.equal(content);
      const names = (await readdir(dataDir)).filter((name) => !name.startsWith("lock"));
      expect(names, where).to.have.members(["blobs", "db", "keys"]);
    }
    expect(unfinished, `seed ${seed}`).to.be.greaterThan(0);
  });

  it("[BKP-10] that did not finish is backed up by nobody", async () => {
    const dataDir = shop.fresh();
    await within(dataDir, async () => {});
    await writeFile(join(dataDir, "restore.json"), "torn");
    const { code, notes } = await entente(dataDir, ["backup", shop.fresh()]);
    expect([code, notes.join()]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("did not finish"),
    );
    expect(await opening(dataDir)).to.equal("restore-unfinished");
  });

  it("[BKP-3] that loses a document on its way says so by name, and stays unfinished", async () => {
    const dataDir = shop.fresh();
    const whole = folderTarget(dataDir);
    const losing: Target = {
      ...whole,
      insert: (name, batch) => whole.insert(name, name === "b" ? batch.slice(1) : batch),
    };
    const said = await restoreBackup({ dir, target: losing, latestSchema: 0, progress: () => {} })
      .then(() => "done")
      .catch((error: Error) => error.message);
    expect(said).to.include("(documents/b.bson)");
    expect(await opening(dataDir)).to.equal("restore-unfinished");
  });

  it("[BKP-11] of a newer schema than the program's is refused", async () => {
    const dataDir = shop.fresh();
    await within(dataDir, async (_storage, connection) => {
      const schema = connection.collection<{ _id: string; version: number }>("schema");
      await schema.insertOne({ _id: "schema", version: 9_999 });
    });
    const newer = shop.fresh();
    await backupHere(dataDir, newer);
    const { code, notes } = await entente(shop.fresh(), ["restore", newer]);
    expect([code, notes.join()]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && text.includes("schema 9999"),
    );
  });
});
