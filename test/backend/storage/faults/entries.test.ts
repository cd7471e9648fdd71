import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Committed } from "../../../../backend/platform/storage/embedded/store/committed.ts";
import { prefixOf, recordAt } from "../../../../backend/platform/storage/embedded/store/layout.ts";
import { openDatabase, Trees } from "../../../../backend/platform/storage/embedded/store/trees.ts";

const keyOf = (n: number): Buffer => Buffer.concat([prefixOf(0x8000, 1), Buffer.from([n])]);
const whole = keyOf(0xff);
const record = Buffer.from([0, 0, 0, 0, 1, 2]);

describe("an index entry of another length", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "entente-entries-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("[FLT-4] is refused, and not read on into what was read before", async () => {
    const db = openDatabase(folder, { readOnly: false });
    const others = [record.subarray(0, 3), Buffer.alloc(0), Buffer.alloc(7)];
    await db.put(whole, record);
    for (const [i, other] of others.entries()) await db.put(keyOf(i), other);
    const kv = new Committed(new Trees(db, { readOnly: false }));
    for (const i of others.keys()) {
      expect(recordAt(kv, whole)).to.equal(0x0102);
      expect(() => recordAt(kv, keyOf(i)))
        .to.throw("A stored index entry is damaged")
        .with.property("code", 8);
    }
    kv.release();
    await db.close();
  });
});
