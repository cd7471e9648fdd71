import { expect } from "chai";
import { readFile } from "node:fs/promises";

/** The lowest versions without the faults that were published about them. */
const floors: Readonly<Record<string, string>> = {
  ws: "8.21.0",
  jsonwebtoken: "9.0.0",
  mongoose: "9.9.2",
  "prosemirror-model": "1.22.1",
  "engine.io": "6.6.9",
  "socket.io-parser": "4.2.6",
};

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

const isAtLeast = (version: string, floor: string): boolean => {
  const [have, need] = [version, floor].map((text) => text.split(".").map(Number));
  for (const [place, wanted] of (need ?? []).entries()) {
    const found = have?.[place] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
};

describe("the locked packages", () => {
  let locked: [string, Locked][];
  before(async () => {
    const text = await readFile(new URL("../../package-lock.json", import.meta.url), "utf8");
    const lock = JSON.parse(text) as { packages: Record<string, Locked> };
    locked = Object.entries(lock.packages).filter(([path]) => path !== "");
  });

  it("[FLO-1] are at or above the versions that mend published faults, every copy of them", () => {
    for (const [name, floor] of Object.entries(floors)) {
      const copies = locked.filter(([path]) => path.endsWith(`node_modules/${name}`));
      expect(copies, name).to.not.have.length(0);
      for (const [path, { version = "0" }] of copies) {
        expect(isAtLeast(version, floor), `${path} ${version} ≥ ${floor}`).to.equal(true);
      }
    }
    expect(isAtLeast("8.20.9", "8.21.0")).to.equal(false);
  });

  it("[FLO-2] each have a hash to be checked against", () => {
    expect(locked.length).to.be.greaterThan(100);
    const bare = locked.filter(
      ([, { link, integrity }]) => !link && !integrity?.startsWith("sha512-"),
    );
    expect(bare.map(([path]) => path)).to.deep.equal([]);
  });
});
