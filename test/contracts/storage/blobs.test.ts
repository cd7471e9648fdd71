import { createHash } from "node:crypto";
import { expect } from "chai";
import { contract, failure } from "./engines.ts";

contract("blobs", (on) => {
  it("[STO-19] gives back bytes by their hash, from none to more than one chunk", async () => {
    for (const size of [0, 1, 255 * 1024, 700_001]) {
      const bytes = Buffer.alloc(size, `blob of ${size}`);
      const stored = await on.storage.blobs.put(bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      expect(stored).to.deep.equal({ sha256, sizeBytes: size });
      expect(await on.storage.blobs.has(sha256)).to.equal(true);
      expect(Buffer.compare(await on.storage.blobs.get(sha256), bytes)).to.equal(0);
    }
  });

  it("[STO-19] takes the same bytes many times, also at once", async () => {
    const bytes = Buffer.from("the same");
    const stored = await Promise.all(Array.from({ length: 8 }, () => on.storage.blobs.put(bytes)));
    expect(new Set(stored.map(({ sha256 }) => sha256)).size).to.equal(1);
    expect(Buffer.from(await on.storage.blobs.get(stored[0]?.sha256 ?? ""))).to.deep.equal(bytes);
  });

  it("[STO-19] does not find what is not there, nor what is no hash", async () => {
    for (const name of ["0".repeat(64), "../secret", ""]) {
      expect(await failure(on.storage.blobs.get(name))).to.equal("not-found");
    }
    expect(await on.storage.blobs.has("0".repeat(64))).to.equal(false);
  });

  for (const [what, content] of [
    ["of another length", "to be damaged"],
    ["of the same length", "1234567"],
  ] as const) {
    it(`[STO-19] refuses bytes ${what} put there behind its back, until they are stored again`, async () => {
      const { sha256 } = await on.storage.blobs.put(Buffer.from(content));
      await on.opened.damage(sha256);
      expect(await failure(on.storage.blobs.get(sha256))).to.equal("blob-corrupt");
      await on.storage.blobs.put(Buffer.from(content));
      expect(Buffer.from(await on.storage.blobs.get(sha256)).toString()).to.equal(content);
    });
  }
});
