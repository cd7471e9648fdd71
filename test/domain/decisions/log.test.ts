import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import * as fc from "fast-check";
import { z } from "zod";
import { fromBase64, toBase64 } from "../../../domain/decisions/encoding.ts";
import {
  bundleBytes,
  checkpointText,
  commitment,
  consistencyProof,
  cosign,
  formatCheckpoint,
  formatNote,
  formatTilePath,
  formatTlogProof,
  formatVkey,
  growTree,
  inclusionProof,
  leafHash,
  nodeHash,
  noteSigner,
  parseBundle,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  parseTlogProof,
  parseVkey,
  rootHash,
  tileBytes,
  verifyCheckpoint,
  verifyConsistency,
  verifyInclusion,
  verifyNote,
  verifyTlogProof,
} from "../../../domain/decisions/log.ts";
import { jsonSchema } from "./json.ts";

const sample = z
  .looseObject({
    log: z.looseObject({
      vkey: z.string(),
      witness_vkey: z.string(),
      ballot_salt_hex: z.string(),
      ballot_body_jcs: z.string(),
      entries: z.array(z.string()),
      leaf_hashes: z.array(z.string()),
      roots: z.record(z.string(), z.string()),
      checkpoint_3: z.string(),
      checkpoint_5: z.string(),
      proof_entry1_in_5: z.string(),
      consistency_3_5: z.array(z.string()),
    }),
  })
  .parse(
    JSON.parse(readFileSync(new URL("../../fixtures/decisions.json", import.meta.url), "utf8")),
  ).log;

/** RFC 8032 §7.1 TEST 1 and TEST 2: public keys of the sample log and its witness. */
const logSecret = hexToBytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const witnessSecret = hexToBytes(
  "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
);
const origin = "entente.example/consortium/1";
const leaves = sample.entries.map(leafHash);
const logKey = parseVkey(sample.vkey);
const witnessKey = parseVkey(sample.witness_vkey);
const refused = (act: () => unknown) =>
  expect(act).to.throw().with.property("code", "log-malformed");
const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte));

describe("decision log: the published sample", () => {
  it("[LOG-1] recomputes every leaf and every root", () => {
    expect(leaves.map(bytesToHex)).to.deep.equal(sample.leaf_hashes);
    const sizes = Object.entries(sample.roots);
    expect(sizes).to.have.length(6);
    for (const [size, root] of sizes)
      expect(bytesToHex(rootHash(leaves.slice(0, Number(size)))), size).to.equal(root);
  });

  it("[LOG-1] uses the known leaf and node hashes of RFC 6962 implementations", () => {
    expect(bytesToHex(leafHash("L123456"))).to.match(/^395aa064/);
    expect(bytesToHex(nodeHash(utf8ToBytes("N123"), utf8ToBytes("N456")))).to.match(/^aa217fe8/);
  });

  it("[LOG-2] signs the checkpoints and the witness's line byte for byte", () => {
    const sign = noteSigner(origin, logSecret);
    const three = { origin, size: 3, root: rootHash(leaves.slice(0, 3)) };
    expect(formatCheckpoint(three, sign)).to.equal(sample.checkpoint_3);
    const text = checkpointText({ origin, size: 5, root: rootHash(leaves) });
    const time = new DataView(fromBase64("967CUAAAAABqv3KQ").buffer).getUint32(8);
    const witness = cosign("partner-a.example/witness", witnessSecret, { text, time });
    expect(formatNote(text, [sign(text), witness])).to.equal(sample.checkpoint_5);
  });

  it("[LOG-2] reads both keys and finds both signatures", () => {
    expect(formatVkey(origin, ed25519.getPublicKey(logSecret))).to.equal(sample.vkey);
    const { checkpoint, witnesses } = verifyCheckpoint(sample.checkpoint_5, logKey, [witnessKey]);
    expect(checkpoint).to.deep.include({ origin, size: 5 });
    expect(bytesToHex(checkpoint.root)).to.equal(sample.roots["5"]);
    expect(witnesses).to.deep.equal([witnessKey]);
    expect(verifyCheckpoint(sample.checkpoint_3, logKey, [witnessKey]).witnesses).to.deep.equal([]);
  });

  it("[LOG-3] writes and checks the receipt of entry 1", () => {
    const proof = formatTlogProof({
      index: 1,
      hashes: inclusionProof(leaves, 1),
      checkpoint: sample.checkpoint_5,
    });
    expect(proof).to.equal(sample.proof_entry1_in_5);
    expect(verifyTlogProof(proof, sample.entries[1] ?? "", logKey).size).to.equal(5);
    refused(() => verifyTlogProof(proof, sample.entries[2] ?? "", logKey));
  });

  it("[LOG-4] writes and checks the consistency of 3 and 5", () => {
    const proof = consistencyProof(leaves, 3, 5);
    expect(proof.map(toBase64)).to.deep.equal(sample.consistency_3_5);
    const claim = {
      from: 3,
      to: 5,
      fromRoot: rootHash(leaves.slice(0, 3)),
      toRoot: rootHash(leaves),
      proof,
    };
    expect(verifyConsistency(claim)).to.equal(true);
    expect(verifyConsistency({ ...claim, fromRoot: flip(claim.fromRoot) })).to.equal(false);
  });

  it("[LOG-5] opens the ballot's commitment with its salt and body, and with nothing else", () => {
    const body = jsonSchema.parse(JSON.parse(sample.ballot_body_jcs));
    const salt = hexToBytes(sample.ballot_salt_hex);
    const entry = z
      .looseObject({ ballot_commit: z.string() })
      .parse(JSON.parse(sample.entries[1] ?? ""));
    expect(commitment(salt, body)).to.equal(entry.ballot_commit);
    expect(commitment(flip(salt), body)).to.not.equal(entry.ballot_commit);
  });
});

describe("decision log: proofs", () => {
  const many = Array.from({ length: 70 }, (_, i) => leafHash(`entry ${i}`));
  const positions = fc
    .tuple(fc.nat(69), fc.nat(69))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const);

  it("[LOG-3] proves every entry of every tree, and no other place", () => {
    fc.assert(
      fc.property(positions, fc.nat(69), ([index, size], other) => {
        const proof = inclusionProof(many, index, size);
        const leaf = leafHash(`entry ${index}`);
        const root = rootHash(many.slice(0, size));
        expect(verifyInclusion({ index, size, leaf, proof, root })).to.equal(true);
        if (other !== index)
          expect(verifyInclusion({ index: other, size, leaf, proof, root })).to.equal(false);
        expect(verifyInclusion({ index, size, leaf: flip(leaf), proof, root })).to.equal(false);
        expect(verifyInclusion({ index, size, leaf, proof: [...proof, leaf], root })).to.equal(
          false,
        );
        if (proof.length > 0)
          expect(verifyInclusion({ index, size, leaf, proof: proof.slice(1), root })).to.equal(
            false,
          );
      }),
    );
  });

  it("[LOG-4] proves that a longer log extends a shorter one", () => {
    fc.assert(
      fc.property(positions, ([low, to]) => {
        const from = low + 1;
        const claim = {
          from,
          to,
          fromRoot: rootHash(many.slice(0, from)),
          toRoot: rootHash(many.slice(0, to)),
          proof: consistencyProof(many, from, to),
        };
        expect(verifyConsistency(claim)).to.equal(true);
        expect(verifyConsistency({ ...claim, toRoot: flip(claim.toRoot) })).to.equal(false);
        expect(verifyConsistency({ ...claim, proof: [...claim.proof, claim.toRoot] })).to.equal(
          false,
        );
        if (claim.proof.length > 0)
          expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).to.equal(false);
      }),
    );
  });

  it("[LOG-4] finds a rewritten entry", () => {
    const rewritten = many.map((leaf, i) => (i === 2 ? leafHash("another past") : leaf));
    const proof = consistencyProof(rewritten, 7, 20);
    const claim = {
      from: 7,
      to: 20,
      fromRoot: rootHash(many.slice(0, 7)),
      toRoot: rootHash(rewritten.slice(0, 20)),
      proof,
    };
    expect(verifyConsistency(claim)).to.equal(false);
  });

  it("[LOG-4] refuses consistency from an empty log", () => {
    const claim = { from: 0, to: 5, fromRoot: rootHash([]), toRoot: rootHash(leaves), proof: [] };
    expect(verifyConsistency(claim)).to.equal(false);
    expect(() => consistencyProof(leaves, 0, 5)).to.throw(RangeError);
  });

  it("[LOG-6] gives the same roots whether grown or built, and tiles of complete subtrees only", () => {
    const tree = growTree();
    many.forEach((leaf, i) => {
      tree.append(leaf);
      expect(tree.root(i + 1)).to.deep.equal(rootHash(many.slice(0, i + 1)));
    });
    expect(tileBytes(tree, { level: 0, index: 0, width: 70 })).to.have.length(70 * 32);
    expect(tileBytes(tree, { level: 0, index: 0, width: 71 })).to.equal(undefined);
    expect(tileBytes(tree, { level: 1, index: 0, width: 1 })).to.equal(undefined);
  });
});

describe("decision log: texts", () => {
  it("[LOG-7] ignores signatures of unknown keys and refuses a bad one of a known key", () => {
    expect(verifyNote(parseNote(sample.checkpoint_5), [logKey])).to.deep.equal([logKey]);
    expect(verifyNote(parseNote(sample.checkpoint_5), [])).to.deep.equal([]);
    const forged = sample.checkpoint_5.replace("\n5\n", "\n6\n");
    refused(() => verifyNote(parseNote(forged), [logKey]));
    refused(() => verifyNote(parseNote(forged), [witnessKey]));
    const other = noteSigner("other.example/log", logSecret);
    const text = checkpointText({ origin, size: 5, root: rootHash(leaves) });
    refused(() => verifyCheckpoint(formatNote(text, [other(text)]), logKey));
  });

  it("[LOG-7] splits a note at its last blank line", () => {
    const text = "first\n\nsecond\n";
    const note = parseNote(formatNote(text, [noteSigner("a", logSecret)(text)]));
    expect(note.text).to.equal(text);
  });

  it("[LOG-8] refuses what is not quite a checkpoint, key, proof or base64", () => {
    for (const bad of [
      "",
      "o\n5\n",
      "o\n05\nAAAA\n",
      "o\n-1\nAAAA\n",
      `o\n5\n${toBase64(new Uint8Array(31))}\n`,
      `o\n5\n${toBase64(new Uint8Array(32))}`,
    ])
      refused(() => parseCheckpoint(bad));
    refused(() => parseVkey(sample.vkey.replace("4c31d9b4", "4c31d9b5")));
    refused(() => parseVkey("nothing"));
    for (const bad of [
      sample.proof_entry1_in_5.replace("@v1", "@v2"),
      sample.proof_entry1_in_5.replace("index 1", "index 01"),
      "c2sp.org/tlog-proof@v1\n",
    ])
      refused(() => parseTlogProof(bad));
    for (const bad of ["AB==", "AA=", "A A=", "-_8="]) refused(() => fromBase64(bad));
  });

  it("[LOG-8] reads back the proofs that it writes, with extra bytes too", () => {
    const proof = {
      index: 1,
      hashes: inclusionProof(leaves, 1),
      checkpoint: sample.checkpoint_5,
      extra: utf8ToBytes("salt"),
    };
    expect(parseTlogProof(formatTlogProof(proof))).to.deep.equal(proof);
  });

  it("[LOG-9] has one path for each tile", () => {
    expect(formatTilePath({ level: 0, index: 1_234_067, width: 256 })).to.equal("0/x001/x234/067");
    expect(formatTilePath({ level: "entries", index: 0, width: 5 })).to.equal("entries/000.p/5");
    fc.assert(
      fc.property(
        fc.constantFrom<number | "entries">(0, 1, 5, "entries"),
        fc.nat(1e12),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) => {
          const tile = { level, index, width };
          expect(parseTilePath(formatTilePath(tile))).to.deep.equal(tile);
        },
      ),
    );
    for (const bad of [
      "0/1",
      "0/x000/001",
      "0/000.p/256",
      "0/000.p/0",
      "0/000.p/01",
      "6/000",
      "../000",
      "0/000/",
      "entries/abc",
    ])
      refused(() => parseTilePath(bad));
  });

  it("[LOG-10] bundles entries with their lengths and reads them back", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (entries) => {
        expect(parseBundle(bundleBytes(entries))).to.deep.equal(
          entries.map((entry) => utf8ToBytes(entry)),
        );
      }),
    );
    refused(() => parseBundle(Uint8Array.of(0, 3, 1)));
    refused(() => parseBundle(Uint8Array.of(0)));
  });
});
