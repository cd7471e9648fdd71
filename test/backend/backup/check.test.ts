import { cp, open as openFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { BSON } from "mongodb";
import { blobReferences } from "../../../backend/blob-references.ts";
import { readConfig } from "../../../backend/config.ts";
import { decodedDocuments } from "../../../backend/platform/storage/backup/check.ts";
import { openFolder } from "../../../backend/platform/storage/backup/source.ts";
import {
  checkedBytes,
  withChecksum,
} from "../../../backend/platform/storage/embedded/store/layout.ts";
import { blobsNamedIn } from "../../../backend/platform/storage/references.ts";
import { checkAll } from "../../../backend/cli/check.ts";
import { seedDemo } from "../../../backend/cli/demo.ts";
import { assemble } from "../../support/cast.ts";
import { seal } from "../../support/line.ts";
import { RawDatabase, type RawEntry } from "../../support/raw-database.ts";
import { until, World } from "../../support/world.ts";
import { backupHere, entente, restoreHere, Workshop } from "./command.ts";

type Doc = Record<string, unknown>;

/** Changes a database file behind the engine's back. */
async function tamper(dataDir: string, act: (db: RawDatabase) => Promise<unknown>): Promise<void> {
  const db = new RawDatabase(dataDir);
  await act(db);
  await db.close();
}

const catalogPrefix = Buffer.alloc(4);

/** The catalog's entry of a collection. */
function tableOf(
  db: RawDatabase,
  name: string,
): { id: number; indexes: { id: number; name: string }[] } {
  for (const { value } of db.entries(catalogPrefix)) {
    const entry = BSON.deserialize(checkedBytes(value)) as {
      id: number;
      name: string;
      indexes: [];
    };
    if (entry.name === name) return entry;
  }
  throw new Error(`no table ${name}`);
}

/** The keys of an index of a collection; number 0 holds the documents. */
function entriesOf(db: RawDatabase, name: string, index = 0): RawEntry[] {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt16BE(tableOf(db, name).id, 0);
  prefix.writeUInt16BE(index, 2);
  return db.entries(prefix);
}

/** Changes one document's content without its index entries, as somebody would who knows the format. */
function changing(name: string, change: (doc: Doc) => unknown) {
  return (dataDir: string) =>
    tamper(dataDir, async (db) => {
      const [{ key, value } = { key: Buffer.alloc(0), value: Buffer.alloc(0) }] = entriesOf(
        db,
        name,
      );
      const doc = BSON.deserialize(checkedBytes(value), { promoteBuffers: true });
      change(doc);
      await db.put(key, withChecksum(BSON.serialize(doc)));
    });
}

function replacedIn(text: unknown, from: string, to: string): string {
  expect(String(text)).to.include(from);
  return String(text).replace(from, to);
}

describe("entente check", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  let sound = "";
  let documentSha256 = "";

  before(async () => {
    await shop.open();
    sound = shop.fresh();
    const world = await World.start(sound);
    await seedDemo(world.app, sound);
    const cast = await assemble(world);
    const sealed = await seal(cast);
    const query = `/archive?agreementId=${sealed.agreementId}`;
    const list = async () => (await cast.ada.get(query)).ok<{ items: { id: string }[] }>().items;
    await until(async () => (await list()).length === 1, 30_000);
    const record = await cast.ada.get(`/archive/${(await list())[0]?.id}`);
    documentSha256 = record.ok<{ documentSha256: string }>().documentSha256;
    await world.stop();
  });
  after(() => shop.close());

  it("[BKP-12] finds nothing wrong with the demo and a sealed agreement, nor with their backup and its copy", async () => {
    const checked = await entente(sound, ["check"]);
    expect(checked.out).to.equal("Sound.\n");
    expect(checked.code).to.equal(0);
    expect(checked.notes.join("\n"))
      .to.match(/2 decision logs/)
      .and.to.match(/1 archive records/);
    const dir = shop.fresh();
    expect((await entente(sound, ["backup", dir, "--with-keys"])).code).to.equal(0);
    const elsewhere = shop.fresh();
    expect((await entente(elsewhere, ["check", dir])).out).to.equal("Sound.\n");
    expect((await entente(elsewhere, ["check", dir, dir])).code).to.equal(3);
    await restoreHere(dir, elsewhere);
    const copy = await entente(elsewhere, ["check"]);
    expect([copy.code, copy.out]).to.deep.equal([0, "Sound.\n"]);
    expect(copy.notes.join("\n")).to.not.include("could not be told");
  });

  it("[BKP-5] a backup fails, naming the collection, when a document or its place in the index is damaged", async () => {
    const harms: [(db: RawDatabase, entry: RawEntry) => unknown, RegExp][] = [
      [(db, { key }) => db.remove(key), /^No backup was made: partners: .*missing document/],
      [(db, { key, value }) => db.put(key, value.subarray(0, 20)), /^No backup was made: partners/],
    ];
    for (const [harm, said] of harms) {
      const [dataDir, dir] = [shop.fresh(), shop.fresh()];
      await cp(sound, dataDir, { recursive: true });
      await tamper(dataDir, async (db) => {
        for (const entry of entriesOf(db, "partners").slice(0, 1)) await harm(db, entry);
      });
      const made = await backupHere(dataDir, dir).catch((error: Error) => error.message);
      expect(made).to.match(said);
      expect(existsSync(dir)).to.equal(false);
    }
  });

  it("[BKP-1] knows every field that names a blob: no other field holds the hash of one", async () => {
    const source = openFolder(sound);
    const blobs = new Set<string>();
    for await (const hash of source.listBlobs()) blobs.add(hash);
    const unlisted = new Set<string>();
    for (const { name } of await source.collections()) {
      for await (const doc of decodedDocuments(source, name)) {
        const named = blobsNamedIn(blobReferences, name, doc);
        for (const hash of blobs)
          if (JSON.stringify(doc).includes(`"${hash}"`) && !named.has(hash)) unlisted.add(name);
      }
    }
    await source.close();
    expect(blobs.size).to.be.greaterThan(5);
    expect([...unlisted]).to.deep.equal([]);
  });

  const blobFile = (dataDir: string): string =>
    join(dataDir, "blobs", documentSha256.slice(0, 2), documentSha256.slice(2));

  const damages: readonly [string, (dataDir: string) => Promise<unknown>, RegExp][] = [
    [
      "a flipped bit of a blob",
      async (dataDir) => {
        const file = await openFile(blobFile(dataDir), "r+");
        await file.write(Buffer.from([0xff]), 0, 1, 5_000);
        await file.close();
      },
      /blob [0-9a-f]{64}, named in \w+ .*, is damaged/,
    ],
    ["a missing blob", (dataDir) => rm(blobFile(dataDir)), /named in .* is missing/],
    [
      "a damaged blob that nothing names",
      (dataDir) =>
        writeFile(
          join(
            dataDir,
            "blobs",
            "ab".padEnd(64, "c").replace(/^ab/, `${documentSha256.slice(0, 2)}/`),
          ),
          "x",
        ),
      /which nothing names, is damaged/,
    ],
    [
      "an index entry removed",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          const index = tableOf(db, "members").indexes.find(({ name }) => name !== "_id_");
          await db.remove(entriesOf(db, "members", index?.id)[0]?.key ?? Buffer.alloc(0));
        }),
      /members: index \S+ lacks document/,
    ],
    [
      "an index entry added",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          const index = tableOf(db, "members").indexes.find(({ name }) => name !== "_id_");
          const [first] = entriesOf(db, "members", index?.id);
          const key = Buffer.concat([
            first?.key.subarray(0, 4) ?? Buffer.alloc(0),
            Buffer.from("?"),
          ]);
          await db.put(key, first?.value ?? Buffer.alloc(0));
        }),
      /members: index \S+ has an entry that document .* does not account for/,
    ],
    [
      "a document removed",
      (dataDir) =>
        tamper(dataDir, (db) => db.remove(entriesOf(db, "partners")[0]?.key ?? Buffer.alloc(0))),
      /partners: index \S+ has an entry for a document that is not there/,
    ],
    [
      "a document that cannot be read",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          const [first] = entriesOf(db, "partners");
          await db.put(
            first?.key ?? Buffer.alloc(0),
            first?.value.subarray(0, 20) ?? Buffer.alloc(0),
          );
        }),
      /partners: document number 1 cannot be read/,
    ],
    [
      "one bit of a document's text flipped",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          const [first] = entriesOf(db, "partners");
          const value = first?.value ?? Buffer.alloc(0);
          value[value.length - 10] = (value[value.length - 10] ?? 0) ^ 1;
          await db.put(first?.key ?? Buffer.alloc(0), value);
        }),
      /partners: document number 1 cannot be read/,
    ],
    [
      "a table that the catalog has lost",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          for (const { key, value } of db.entries(catalogPrefix))
            if (BSON.deserialize(checkedBytes(value))["name"] === "committees")
              await db.remove(key);
        }),
      /table \d+ is in the file and not in the catalog/,
    ],
    [
      "an entry of a decision log changed",
      changing(
        "logentries",
        (doc) => (doc["text"] = replacedIn(doc["text"], '"at":"20', '"at":"21')),
      ),
      /decision log of \w+: entry 0 is not what decision \w+ records/,
    ],
    [
      "an entry of a decision log moved",
      changing("logentries", (doc) => (doc["index"] = 77)),
      /decision log of \w+: entry \d+ is not in its place/,
    ],
    [
      "a ballot changed",
      changing("decisions", (doc) => {
        const { record } = doc["decision"] as { record: { event: string; choice: string }[] };
        for (const act of record) if (act.event === "ballot") act.choice = "against";
        (doc["decision"] as Doc)["title"] = "Another question";
      }),
      /is not what decision \w+ records/,
    ],
    [
      "a log proof exchanged",
      changing("signaturerequests", (doc) => {
        const decision = doc["decision"] as Doc;
        decision["logProof"] = replacedIn(decision["logProof"], "\nindex ", "\nindex 1");
      }),
      /signature request \w+: its log proof is not valid/,
    ],
    [
      "an edit changed",
      changing("collaborationrecords", (doc) => (doc["accountId"] = "somebody else")),
      /edits of \w+: record 1 is damaged/,
    ],
    [
      "an edit removed with all its index entries",
      (dataDir) =>
        tamper(dataDir, async (db) => {
          const [first] = entriesOf(db, "collaborationrecords");
          for (const { id } of [{ id: 0 }, ...tableOf(db, "collaborationrecords").indexes])
            for (const { key, value } of entriesOf(db, "collaborationrecords", id)) {
              const record = id === 0 ? key.subarray(4) : value;
              if (record.equals(first?.key.subarray(4) ?? Buffer.alloc(0))) await db.remove(key);
            }
        }),
      /edits of \w+: (record 1 is missing|a snapshot without its log)/,
    ],
    [
      "an archive record of another text",
      changing("archiverecords", (doc) => (doc["contentSha256"] = doc["documentSha256"])),
      /archive record \w+: its PDF fails content/,
    ],
  ];

  for (const [what, damage, said] of damages) {
    it(`[BKP-13] finds ${what}`, async () => {
      const dataDir = shop.fresh();
      await cp(sound, dataDir, { recursive: true });
      await damage(dataDir);
      const lines: string[] = [];
      const config = readConfig({ DATA_DIR: dataDir });
      const say = (line: string) => void lines.push(line);
      expect(await checkAll(undefined, { say, note: () => {} }, config)).to.equal(1);
      expect(lines.filter((line) => line.startsWith("DAMAGE")).join("\n")).to.match(said);
      expect(lines.at(-1)).to.match(/^\d+ damages?\.$/);
    });
  }
});
