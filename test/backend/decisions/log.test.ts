import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hexToBytes } from "@noble/hashes/utils.js";
import { expect } from "chai";
import { fromBase64 } from "../../../domain/decisions/encoding.ts";
import {
  commitment,
  leafHash,
  parseBundle,
  parseVkey,
  rootHash,
  verifyCheckpoint,
  verifyConsistency,
  verifyTlogProof,
} from "../../../domain/decisions/log.ts";
import type { Receipt } from "../../../domain/decisions/wire.ts";
import type { Consistency } from "../../../backend/decisions/index.ts";
import { createDecisionLog } from "../../../backend/decisions/decision-log.ts";
import { logKeyFrom } from "../../../backend/decisions/log-key.ts";
import { createLogStore } from "../../../backend/decisions/log-store.ts";
import { openStorage } from "../../../backend/platform/storage/index.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { World } from "../../support/world.ts";
import { Assembly, simpleRule } from "./support.ts";

describe("decision log, kept", () => {
  let world: World;
  let cast: Cast;
  let house: Assembly;
  let log: string;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    house = new Assembly(cast);
    log = `/partnerships/${cast.partnershipId}/log`;
  });
  after(() => world.stop());

  const key = async () => {
    const { vkey } = (await cast.noor.get(`${log}/key`)).ok<{ vkey: string }>();
    return parseVkey(vkey);
  };
  const entries = async (): Promise<string[]> => {
    const { items } = (await cast.noor.get(`${log}/entries`)).ok<{ items: { entry: string }[] }>();
    return items.map(({ entry }) => entry);
  };
  const checkpoint = async () =>
    verifyCheckpoint((await cast.noor.get(`${log}/checkpoint`)).text, await key()).checkpoint;

  it("[LOG-11] signs the root of exactly the entries that it shows", async () => {
    const empty = await checkpoint();
    expect(empty.size).to.equal(0);
    const id = await house.open();
    await house.voted(cast.ada, id, "for");
    await house.voted(cast.ben, id, "for");
    await house.close(id);
    const events = (await entries()).map((entry) => (JSON.parse(entry) as { event: string }).event);
    expect(events).to.deep.equal(["opened", "ballot", "ballot", "closed", "final"]);
    const { size, root } = await checkpoint();
    expect(size).to.equal(5);
    expect(root).to.deep.equal(rootHash((await entries()).map(leafHash)));
  });

  it("[LOG-12] gives a receipt that proves the ballot offline, and opens its commitment", async () => {
    const id = await house.open();
    const cast1 = (await house.vote(cast.ada, id, { choice: "abstain", comment: "À revoir" })).ok<{
      receipt: Receipt;
    }>();
    const { entry, proof, body, salt, vkey } = cast1.receipt;
    verifyTlogProof(proof, entry, parseVkey(vkey));
    const { ballot_commit } = JSON.parse(entry) as { ballot_commit: string };
    expect(commitment(hexToBytes(salt), body)).to.equal(ballot_commit);
    expect(body).to.include({
      choice: "abstain",
      comment: "À revoir",
      person: cast.memberIds["ada"],
    });
    const again = (await cast.ada.get(`/decisions/${id}/receipt`)).ok<Receipt>();
    expect(again).to.include({ entry, salt });
    verifyTlogProof(
      (await cast.ada.get(`/decisions/${id}/receipt.tlog-proof`)).text,
      entry,
      await key(),
    );
    (await cast.ben.get(`/decisions/${id}/receipt`)).refused("not-found");
  });

  it("[LOG-13] writes nothing about persons: no name, address, choice or comment", async () => {
    const text = (await entries()).join("\n");
    for (const secret of [
      'abstain":"1',
      "À revoir",
      cast.ada.email,
      cast.ada.name,
      cast.memberIds["ada"] ?? "?",
      cast.ada.id,
      ...cast.partnerIds,
    ])
      expect(text).to.not.include(secret);
  });

  it("[LOG-14] proves that a later state extends an earlier one", async () => {
    const old = await checkpoint();
    const id = await house.open();
    await house.voted(cast.pia, id, "for");
    const now = await checkpoint();
    const path = `${log}/consistency?from=${old.size}&to=${now.size}`;
    const { proof } = (await cast.noor.get(path)).ok<Consistency>();
    const claim = {
      from: old.size,
      to: now.size,
      fromRoot: old.root,
      toRoot: now.root,
      proof: proof.map(fromBase64),
    };
    expect(verifyConsistency(claim)).to.equal(true);
    (await cast.noor.get(`${log}/consistency?from=0&to=${now.size}`)).refused("invalid-input");
    (await cast.noor.get(`${log}/consistency?from=1&to=${now.size + 1}`)).refused("invalid-input");
  });

  it("[LOG-15] serves the log as tiles, and any entry's proof", async () => {
    const all = await entries();
    const bundle = await cast.noor.get(`${log}/tile/entries/000.p/${all.length}`);
    const decoder = new TextDecoder();
    expect(parseBundle(bundle.bytes).map((bytes) => decoder.decode(bytes))).to.deep.equal(all);
    const hashes = await cast.noor.get(`${log}/tile/0/000.p/2`);
    expect([...hashes.bytes]).to.deep.equal(
      all.slice(0, 2).flatMap((entry) => [...leafHash(entry)]),
    );
    const proof = await cast.noor.get(`${log}/proof?index=1`);
    verifyTlogProof(proof.text, all[1] ?? "", await key());
    (await cast.noor.get(`${log}/tile/0/001`)).refused("not-found", 404);
    (await cast.noor.get(`${log}/tile/0/1`)).refused("log-malformed");
    (await cast.noor.get(`${log}/proof?index=${all.length}`)).refused("not-found", 404);
  });

  it("[LOG-16] is read by members only", async () => {
    const outsider = await world.person("Zoe");
    for (const path of [
      "checkpoint",
      "entries",
      "key",
      "proof?index=0",
      "consistency?from=1",
      "tile/0/000.p/1",
    ])
      (await outsider.get(`${log}/${path}`)).refused("not-found", 404);
  });

  it("[LOG-17] keeps one order when two processes append at once, and appends an act once", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "entente-log-"));
    const storage = await openStorage({ dataDir });
    const store = createLogStore(storage.connection);
    await storage.ready();
    const one = () =>
      createDecisionLog({
        store,
        key: logKeyFrom(new Uint8Array(32)),
        instance: "test",
      });
    const [left, right] = [one(), one()];
    const append = (into: typeof left, i: number) =>
      into.append("race", { ref: `act-${i}`, text: `{"n":${i}}`, at: new Date() });
    const indices = await Promise.all(
      Array.from({ length: 20 }, (_, i) => [append(left, i), append(right, i)]).flat(),
    );
    expect(new Set(indices).size).to.equal(20);
    expect(Math.max(...indices)).to.equal(19);
    expect(await left.checkpoint("race")).to.equal(await right.checkpoint("race"));
    await storage.close();
    await rm(dataDir, { recursive: true });
  });

  it("[LOG-18] logs a signed and a sealed PDF once, only for a final approval", async () => {
    const { agreementId, version, contentSha256 } = await house.version();
    const id = await house.open(simpleRule, { subject: { agreementId, version } });
    const { approvals } = world.app.features.decisions;
    const signing = { decisionId: id, pdfSha256: "c".repeat(64), at: "2026-10-02T09:00:00.000Z" };
    await approvals.appendSigned(signing).then(
      () => expect.fail("appended"),
      (error: { code?: string }) => expect(error.code).to.equal("not-approved"),
    );
    await house.voted(cast.ada, id, "for");
    await house.voted(cast.ben, id, "for");
    await house.close(id);
    const approval = await approvals.findApproval(agreementId, version);
    expect(approval).to.deep.include({
      decisionId: id,
      subject: { agreementId, version, contentSha256 },
    });
    if (!approval) throw new Error("no approval");
    verifyTlogProof(approval.proof, approval.entry, parseVkey(approval.vkey));
    const index = await approvals.appendSigned(signing);
    expect(await approvals.appendSigned(signing)).to.equal(index);
    const sealed = await approvals.appendSealed(signing);
    const written = (await entries())
      .slice(index)
      .map((entry) => JSON.parse(entry) as Record<string, unknown>);
    expect(written.map((entry) => [entry["event"], entry["final_index"]])).to.deep.equal([
      ["signed", approval.finalIndex],
      ["sealed", approval.finalIndex],
    ]);
    expect(sealed).to.equal(index + 1);
    expect(await approvals.findApproval(agreementId, version + 1)).to.equal(undefined);
  });
});

describe("decision log, after a restart", () => {
  it("[LOG-19] keeps its key, entries and checkpoints", async () => {
    const first = await World.start();
    const cast = await assemble(first);
    const house = new Assembly(cast);
    const id = await house.open();
    await house.voted(cast.ada, id, "for");
    const path = `/partnerships/${cast.partnershipId}/log/checkpoint`;
    const before = (await cast.ada.get(path)).text;
    await first.app.close();
    const second = await World.start(first.dataDir);
    try {
      const { log } = second.app.features.decisions;
      expect(await log.checkpoint(cast.partnershipId)).to.equal(before);
    } finally {
      await second.app.close();
      await rm(first.dataDir, { recursive: true });
    }
  });
});
