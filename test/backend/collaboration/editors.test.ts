import { expect } from "chai";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { acknowledgeFrame } from "../../../backend/collaboration/frames.ts";
import { closeCode } from "../../../domain/collaboration/protocol.ts";
import { firstParagraph, sampleFacts, sampleText, updateOf } from "./editing.ts";
import { AGREEMENT, TestServer, until } from "./support.ts";

describe("people writing together", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(async () => {
    await server.stop();
  });

  const drafts = () => server.collaboration.drafts;
  const serverText = async (): Promise<string> =>
    JSON.stringify((await drafts().read(AGREEMENT)).text);

  it("[COL-11] brings two ordinary y-websocket clients and the server to the same text", async () => {
    const [ada, ben] = [await server.editor("ada"), await server.editor("ben")];
    for (let i = 0; i < 40; i += 1) {
      firstParagraph(ada.doc).insert(i % 7, "a");
      firstParagraph(ben.doc).insert(i % 5, "b");
      ben.doc.getMap("facts").set("city", `Lyon ${i}`);
    }
    await Promise.all([ada.saved(), ben.saved()]);
    await until(() => ada.text === ben.text && ada.text.split("b").length > 40, "converged");
    const fresh = await server.editor("cleo");
    expect(fresh.text).to.equal(ada.text);
    expect((await drafts().read(AGREEMENT)).facts["city"]).to.equal("Lyon 39");
    for (const editor of [ada, ben, fresh]) editor.leave();
  });

  it("[COL-11] takes offline edits in on reconnecting, and the ones typed at that very moment", async () => {
    const ada = await server.editor("ada");
    await ada.saved();
    ada.provider.disconnect();
    firstParagraph(ada.doc).insert(0, "offline ");
    ada.provider.on("status", ({ status }) => {
      if (status === "connected") firstParagraph(ada.doc).insert(0, "instant ");
    });
    await ada.connect();
    await ada.saved();
    expect(await serverText()).to.contain("instant offline ");
    expect(ada.closeCode).to.equal(undefined);
    ada.leave();
  });

  it("[COL-12] speaks plain y-websocket to a client that offers no sub-protocol", async () => {
    const raw = await server.raw("ada", []);
    raw.send(acknowledgeFrame(1, 0).slice(0, -1));
    await until(() => raw.frames.length >= 1, "a frame");
    const ben = await server.editor("ben");
    firstParagraph(ben.doc).insert(0, "x");
    await until(() => raw.frames.some((frame) => frame[0] === 0 && frame[1] === 2), "the edit");
    expect(raw.ws.protocol).to.equal("");
    expect(raw.frames.every((frame) => (frame[0] ?? 0) < 120)).to.equal(true);
    ben.leave();
  });

  it("[COL-13] shows the server's edits of facts and text in open editors", async () => {
    const ada = await server.editor("ada");
    const before = await drafts().read(AGREEMENT);
    const { revision } = await drafts().replaceFacts(
      AGREEMENT,
      { ...sampleFacts, city: "Nice" },
      before.revision,
    );
    await until(() => ada.doc.getMap("facts").get("city") === "Nice", "new facts");
    expect((await drafts().read(AGREEMENT)).revision).to.equal(revision);
    const text = { ...sampleText, content: [...(sampleText.content ?? []), { type: "paragraph" }] };
    await server.collaboration.drafts.replaceText(AGREEMENT, text, revision);
    await until(() => ada.text.endsWith("<paragraph></paragraph>"), "new text");
    ada.leave();
  });

  it("[COL-13] refuses to replace facts that somebody changed meanwhile", async () => {
    const { revision } = await drafts().read(AGREEMENT);
    const ada = await server.editor("ada");
    ada.doc.getMap("facts").set("city", "Brest");
    await ada.saved();
    const answer = await drafts()
      .replaceFacts(AGREEMENT, sampleFacts, revision)
      .catch((error: unknown) => error);
    expect(answer).to.have.property("code", "stale-write");
    ada.leave();
  });

  it("[COL-13] creates a draft once, and knows no draft that was not created", async () => {
    const codeOf = (act: Promise<unknown>) =>
      act.then(
        () => "done",
        (error: { code: string }) => error.code,
      );
    const content = { text: sampleText, facts: sampleFacts };
    expect(await codeOf(drafts().create(AGREEMENT, content))).to.equal("conflict");
    expect(await codeOf(drafts().read("nowhere"))).to.equal("not-found");
    expect(await codeOf(drafts().create("second", content))).to.equal("done");
    expect((await drafts().read("second")).text).to.deep.equal(sampleText);
  });

  it("[COL-14] keeps every edit through a restart, from the log and from snapshots", async () => {
    await server.shut();
    await server.open({ snapshotEvery: 5, idleMs: 1 });
    const ada = await server.editor("ada");
    for (let i = 0; i < 17; i += 1) {
      firstParagraph(ada.doc).insert(0, `${i};`);
      await ada.saved();
    }
    await server.shut();
    await server.open();
    const store = server.collaboration.store;
    expect((await store.listSnapshots(AGREEMENT)).length).to.be.within(1, 3);
    const log = await store.listRecords(AGREEMENT, 0);
    expect(log.map(({ seq }) => seq)).to.deep.equal(log.map((_, i) => i + 1));
    expect(log.slice(1).every(({ accountId }) => accountId === "ada")).to.equal(true);
    const ben = await server.editor("ben");
    expect(ben.text).to.equal(ada.text);
    ada.leave();
    ben.leave();
  });

  it("[COL-14] opens nothing rather than a text whose log was tampered with", async () => {
    const ada = await server.editor("ada");
    firstParagraph(ada.doc).insert(0, "x");
    await ada.saved();
    ada.leave();
    await server.shut();
    await server.open();
    const { connection } = server.storage;
    const snapshots = connection.model("CollaborationSnapshot");
    await snapshots.deleteMany({ docId: AGREEMENT });
    const records = connection.model("CollaborationRecord");
    await records.updateOne({ docId: AGREEMENT, seq: 2 }, { $set: { accountId: "ben" } });
    const answer = await drafts()
      .read(AGREEMENT)
      .catch((error: unknown) => error);
    expect(answer).to.have.property("code", "blob-corrupt");
  });

  it("[COL-15] stops acknowledging and sends people away when another process writes the log", async () => {
    const ada = await server.editor("ada");
    await ada.saved();
    const store = server.collaboration.store;
    const [first] = await store.listRecords(AGREEMENT, 0);
    if (!first) throw new Error("no record");
    await store.append([{ ...first, seq: 2, hash: "f".repeat(64) }]);
    firstParagraph(ada.doc).insert(0, "lost? ");
    const seq = ada.ask();
    await until(() => ada.closeCode !== undefined, "closed");
    expect(ada.closeCode).to.equal(closeCode.notOwner);
    expect(ada.acknowledged).to.be.below(seq);
    await until(() => server.collaboration.roomCount === 0, "room given up");
    ada.leave();
  });

  it("[COL-16] leaves memory some time after the last reader, with a snapshot", async () => {
    await server.shut();
    await server.open({ idleMs: 20 });
    const ada = await server.editor("ada");
    firstParagraph(ada.doc).insert(0, "x");
    await ada.saved();
    expect(server.collaboration.roomCount).to.equal(1);
    ada.provider.disconnect();
    await until(() => server.collaboration.roomCount === 0, "room gone");
    const store = server.collaboration.store;
    expect(await store.listSnapshots(AGREEMENT)).to.have.length(1);
    await ada.connect();
    expect(await serverText()).to.contain("xLes parties");
    ada.leave();
  });

  it("[COL-17] on closing saves everything and tells clients to come back", async () => {
    const [ada, ben] = [await server.editor("ada"), await server.editor("ben")];
    firstParagraph(ada.doc).insert(0, "last words ");
    await until(() => ben.text.includes("last words"), "relayed");
    const from = Date.now();
    await server.shut();
    expect(Date.now() - from).to.be.below(5_000);
    await until(() => ada.closeCode !== undefined, "closed");
    expect(ada.closeCode).to.equal(closeCode.restarting);
    await server.open();
    expect(await serverText()).to.contain("last words ");
    ada.leave();
    ben.leave();
  });

  it("[COL-18] shows people as the server knows them, and takes them away when they leave", async () => {
    const [ada, ben] = [await server.editor("ada"), await server.editor("ben")];
    ada.provider.awareness.setLocalState({
      user: { name: "Mayor of Lyon", color: "#000000" },
      cursor: null,
      clause: "hidden text",
    });
    const seen = () => ben.provider.awareness.getStates().get(ada.doc.clientID);
    await until(() => seen() !== undefined, "presence");
    expect(seen()).to.deep.equal({
      user: { name: "Name of ada", initials: "AD", partner: "Passerelle", color: "#0072b2" },
    });
    const at = Y.relativePositionToJSON(
      Y.createRelativePositionFromTypeIndex(firstParagraph(ada.doc), 3),
    );
    ada.provider.awareness.setLocalStateField("cursor", { anchor: at, head: at });
    await until(() => seen()?.["cursor"] !== undefined, "cursor");
    expect(seen()?.["cursor"]).to.deep.equal({ anchor: at, head: at });
    ada.provider.disconnect();
    await until(() => seen() === undefined, "gone");
    await ada.connect();
    ada.provider.awareness.setLocalStateField("cursor", { anchor: at, head: at });
    await until(() => seen() !== undefined, "back");
    ada.leave();
    ben.leave();
  });

  it("[COL-19] lets a new edit reach a slow reader as one catch-up once it reads again", async () => {
    await server.shut();
    await server.open({ softBufferBytes: 20_000, framesPerSecond: 5_000, frameBurst: 5_000 });
    const slow = await server.raw("ben");
    const copy = new Y.Doc();
    slow.ws.on("message", (bytes: Buffer) => {
      if (bytes[0] === 0 && bytes[1] === 2) apply(copy, bytes);
    });
    const ada = await server.editor("ada");
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(ada.doc));
    slow.ws.pause();
    for (let i = 0; i < 60; i += 1) {
      const text = firstParagraph(ada.doc);
      text.insert(0, "z".repeat(100_000));
      text.delete(0, 100_000);
      await ada.saved();
    }
    firstParagraph(ada.doc).insert(0, "end ");
    await ada.saved();
    expect(ada.closeCode).to.equal(undefined);
    slow.ws.resume();
    await until(() => firstParagraph(copy).toString().startsWith("end "), "caught up");
    expect(slow.ws.readyState).to.equal(WebSocket.OPEN);
    ada.leave();
  });
});

function apply(doc: Y.Doc, frame: Buffer): void {
  const skip = frame.findIndex((byte, i) => i >= 2 && byte < 128) + 1;
  Y.applyUpdate(doc, new Uint8Array(frame.subarray(skip)));
}

describe("an update's author", () => {
  it("[COL-11] is the account of the socket, in the log", async () => {
    const server = await TestServer.start();
    const ada = await server.editor("ada");
    const emitted = updateOf(ada.doc, () => firstParagraph(ada.doc).insert(0, "mine "));
    await ada.saved();
    const [, record] = await server.collaboration.store.listRecords(AGREEMENT, 0);
    expect(record?.accountId).to.equal("ada");
    expect(record?.sessionId).to.equal("session-ada");
    expect(record?.clientIds).to.deep.equal([ada.doc.clientID]);
    expect(Buffer.from(record?.update ?? [])).to.deep.equal(Buffer.from(emitted));
    ada.leave();
    await server.stop();
  });
});
