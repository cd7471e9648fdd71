import { expect } from "chai";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { awarenessFrame, step1Frame, updateFrame } from "../../../backend/collaboration/frames.ts";
import { closeCode, ENTENTE_PROTOCOL } from "../../../domain/collaboration/protocol.ts";
import { firstParagraph, updateOf } from "./editing.ts";
import {
  ackRequest,
  AGREEMENT,
  ORIGIN,
  TestServer,
  until,
  type Editor,
  RawSocket,
} from "./support.ts";

describe("a hostile client", () => {
  let server: TestServer;
  let honest: Editor;
  let witness: Editor;
  let evil: RawSocket;
  beforeEach(async () => {
    server = await TestServer.start();
    honest = await server.editor("ada");
    witness = await server.editor("ben");
    evil = await server.raw("mallory");
  });
  afterEach(async () => {
    for (const editor of [honest, witness]) editor.leave();
    evil.ws.terminate();
    await server.stop();
  });

  const copy = (): Y.Doc => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(honest.doc));
    return doc;
  };

  /** The honest still write to each other and to the disk, and the server's text is theirs. */
  async function expectUnharmed(): Promise<void> {
    firstParagraph(honest.doc).insert(0, "still here ");
    await honest.saved();
    await until(() => witness.text === honest.text, "converged");
    expect(honest.text).to.contain("still here ");
    const { text } = await server.collaboration.drafts.read(AGREEMENT);
    expect(JSON.stringify(text)).to.contain("still here ");
    expect([honest.closeCode, witness.closeCode]).to.deep.equal([undefined, undefined]);
    expect([...honest.refusals, ...witness.refusals]).to.deep.equal([]);
  }

  async function expectSentAway(frame: Uint8Array, code: string, close: number): Promise<void> {
    const before = (await server.collaboration.drafts.read(AGREEMENT)).revision;
    evil.send(ackRequest(9));
    evil.send(frame);
    expect(await evil.closed()).to.equal(close);
    expect(evil.wasRefused(9, code)).to.equal(true);
    expect(evil.closeReason).to.equal(code);
    expect((await server.collaboration.drafts.read(AGREEMENT)).revision).to.equal(before);
    await expectUnharmed();
  }

  it("[COL-20] with a malformed update is sent away, and nobody else notices", () =>
    expectSentAway(
      updateFrame(new TextEncoder().encode("garbagedoc")),
      "update-malformed",
      closeCode.malformed,
    ));

  it("[COL-20] with a v2 update is sent away", async () => {
    const doc = copy();
    const before = Y.encodeStateVector(doc);
    firstParagraph(doc).insert(0, "v2");
    const update = Y.encodeStateAsUpdateV2(doc, before);
    await expectSentAway(updateFrame(update), "update-malformed", closeCode.malformed);
  });

  it("[COL-20] with a node in an illegal place is sent away before any editor sees it", async () => {
    const doc = copy();
    const update = updateOf(doc, () =>
      doc.getXmlFragment("text").insert(0, [new Y.XmlElement("tableRow")]),
    );
    await expectSentAway(updateFrame(update), "update-invalid", closeCode.malformed);
  });

  it("[COL-20] writing under another's client id is sent away", async () => {
    firstParagraph(honest.doc).insert(0, "a");
    await honest.saved();
    const doc = copy();
    doc.clientID = honest.doc.clientID;
    const update = updateOf(doc, () => firstParagraph(doc).insert(0, "signed, Ada "));
    await expectSentAway(updateFrame(update), "not-allowed", closeCode.notAllowed);
  });

  it("[COL-20] with a fuse of missing dependencies is asked once and then sent away, storing nothing", async () => {
    const doc = copy();
    updateOf(doc, () => firstParagraph(doc).insert(0, "withheld "));
    const fuse = updateOf(doc, () => firstParagraph(doc).insert(9, "hidden "));
    const from = process.cpuUsage();
    for (let i = 0; i < 150; i += 1) evil.send(updateFrame(fuse));
    expect(await evil.closed()).to.equal(closeCode.malformed);
    const { user, system } = process.cpuUsage(from);
    expect((user + system) / 1_000).to.be.below(1_000);
    expect(await server.collaboration.store.listRecords(AGREEMENT, 1)).to.have.length(0);
    await expectUnharmed();
  });

  it("[COL-20] that answers our question with a gap is sent away", async () => {
    const doc = copy();
    updateOf(doc, () => firstParagraph(doc).insert(0, "withheld "));
    const fuse = updateOf(doc, () => firstParagraph(doc).insert(9, "hidden "));
    const reply = updateFrame(fuse);
    reply[1] = 1;
    await expectSentAway(reply, "update-malformed", closeCode.malformed);
  });

  it("[COL-20] with server-only and unknown messages, text frames and bad state vectors is sent away", async () => {
    const tries: (Uint8Array | string)[] = [
      new Uint8Array([121, 1, 0]),
      new Uint8Array([2, 0]),
      new Uint8Array([9]),
      new Uint8Array([255, 1]),
      new Uint8Array([]),
      new Uint8Array([0, 7, 0]),
      step1Frame(new Uint8Array([255, 255, 255, 255, 15])),
      "text",
    ];
    for (const frame of tries) {
      const socket = await server.raw("mallory");
      socket.ws.send(frame);
      expect(await socket.closed(), String(frame)).to.equal(closeCode.malformed);
    }
    await expectUnharmed();
  });

  it("[COL-21] sending a frame over the limit is cut off with 1009", async () => {
    evil.send(new Uint8Array(1_048_577));
    expect(await evil.closed()).to.equal(1009);
    await expectUnharmed();
  });

  it("[COL-21] that floods is read more slowly, while others are served", async () => {
    const doc = copy();
    const sent = 600;
    for (let i = 0; i < sent; i += 1) {
      evil.send(updateFrame(updateOf(doc, () => firstParagraph(doc).insert(0, "f"))));
    }
    const from = Date.now();
    await expectUnharmed();
    expect(Date.now() - from).to.be.below(5_000);
    const { length } = await server.collaboration.store.listRecords(AGREEMENT, 1);
    expect(length).to.be.below(sent);
    expect(evil.ws.readyState).to.equal(WebSocket.OPEN);
  });

  it("[COL-22] cannot write as a reader: not applied, not relayed, refused, sent away", async () => {
    server.levels.set("vera", "read");
    evil = await server.raw("vera");
    const doc = copy();
    const update = updateOf(doc, () => firstParagraph(doc).insert(0, "I may not "));
    await expectSentAway(updateFrame(update), "not-allowed", closeCode.notAllowed);
  });

  it("[COL-22] lets a reader read, with an ordinary client", async () => {
    server.levels.set("vera", "read");
    const vera = await server.editor("vera");
    firstParagraph(honest.doc).insert(0, "news ");
    await until(() => vera.text.includes("news "), "the edit");
    await vera.saved();
    expect(vera.closeCode).to.equal(undefined);
    vera.leave();
  });

  it("[COL-23] cannot edit a frozen agreement: not live, not offline, not after a restart", async () => {
    firstParagraph(honest.doc).insert(0, "before ");
    await server.collaboration.drafts.setWritable(AGREEMENT, false);
    const frozen = (await server.collaboration.drafts.read(AGREEMENT)).revision;
    const doc = copy();
    evil.send(updateFrame(updateOf(doc, () => firstParagraph(doc).insert(0, "after "))));
    expect(await evil.closed()).to.equal(closeCode.locked);
    expect(evil.wasRefused(0, "agreement-frozen")).to.equal(true);
    await server.shut();
    await server.open();
    const late = await server.raw("ada");
    late.send(
      updateFrame(updateOf(honest.doc, () => firstParagraph(honest.doc).insert(0, "late "))),
    );
    expect(await late.closed()).to.equal(closeCode.locked);
    expect((await server.collaboration.drafts.read(AGREEMENT)).revision).to.equal(frozen);
    const answer = await server.collaboration.drafts
      .replaceFacts(AGREEMENT, {}, frozen)
      .catch((error: unknown) => error);
    expect(answer).to.have.property("code", "agreement-frozen");
  });

  it("[COL-23] may edit again once the agreement is reopened", async () => {
    await server.collaboration.drafts.setWritable(AGREEMENT, false);
    await server.collaboration.drafts.setWritable(AGREEMENT, true);
    await expectUnharmed();
  });

  it("[COL-24] whose permission ends is out within five seconds, told or not", async () => {
    server.levels.set("mallory", "none");
    const from = Date.now();
    expect(await evil.closed(6_000)).to.equal(closeCode.notAllowed);
    expect(Date.now() - from).to.be.below(5_000);
    const second = await server.raw("eve");
    server.levels.set("eve", "gone");
    server.publish("member.removed");
    expect(await second.closed(500)).to.equal(closeCode.gone);
    await expectUnharmed();
  });

  it("[COL-24] whose permission ends cannot slip one more edit in", async () => {
    const doc = copy();
    server.levels.set("mallory", "none");
    server.publish("member.removed");
    evil.send(updateFrame(updateOf(doc, () => firstParagraph(doc).insert(0, "one more "))));
    expect(await evil.closed()).to.equal(closeCode.notAllowed);
    await expectUnharmed();
    expect(witness.text).not.to.contain("one more ");
  });

  it("[COL-25] cannot come in twice on one ticket, on another's agreement, without one, or late", async () => {
    const url = await server.url("mallory");
    expect(await statusOf(url)).to.equal("open");
    expect(await statusOf(url)).to.equal(401);
    const other = (await server.url("mallory")).replace(AGREEMENT, "agreement-2");
    expect(await statusOf(other)).to.equal(401);
    expect(await statusOf(url.replace(/\?.*/, ""))).to.equal(401);
    expect(await statusOf(url.replace(/ticket=.*/, "ticket=guess"))).to.equal(401);
    expect(
      await statusOf(`${url.replace(/collaboration\/.*/, "collaboration/")}a%2Fb?ticket=x`),
    ).to.equal(404);
    await server.shut();
    await server.open({ ticketMs: 0 });
    expect(await statusOf(await server.url("mallory"))).to.equal(401);
  });

  it("[COL-25] gets no ticket for what it may not see", async () => {
    server.levels.set("eve", "none");
    const answer = await server.url("eve").catch((error: unknown) => error);
    expect(answer).to.have.property("code", "not-found");
  });

  it("[COL-25] is told that there is no draft where there is none", async () => {
    const ws = new WebSocket(await server.url("mallory", "never-made"), [ENTENTE_PROTOCOL]);
    expect(await new RawSocket(ws).closed()).to.equal(closeCode.gone);
    await expectUnharmed();
  });

  it("[COL-26] cannot open a socket from another site's page", async () => {
    expect(await statusOf(await server.url("mallory"), "https://evil.example")).to.equal(403);
    expect(await statusOf(await server.url("mallory"), "null")).to.equal(403);
    expect(await statusOf(await server.url("mallory"), ORIGIN)).to.equal("open");
  });

  it("[COL-27] cannot show itself as another, freeze another out, or remove another", async () => {
    const id = honest.doc.clientID;
    honest.provider.awareness.setLocalState({ cursor: null });
    const seen = () => witness.provider.awareness.getStates().get(id);
    await until(() => seen() !== undefined, "presence");
    const forged = { user: { name: "Forged", color: "#000000" } };
    evil.send(awarenessFrame([{ clientId: 4, clock: 1, state: forged }]));
    evil.send(awarenessFrame([{ clientId: id, clock: 2 ** 52, state: forged }]));
    evil.send(awarenessFrame([{ clientId: id, clock: 2 ** 52 + 1, state: null }]));
    await until(() => witness.provider.awareness.getStates().has(4), "its own presence");
    expect(witness.provider.awareness.getStates().get(4)?.["user"].name).to.equal(
      "Name of mallory",
    );
    expect(seen()?.["user"].name).to.equal("Name of ada");
    const at = Y.relativePositionToJSON(
      Y.createRelativePositionFromTypeIndex(firstParagraph(honest.doc), 1),
    );
    honest.provider.awareness.setLocalStateField("cursor", { anchor: at, head: at });
    await until(() => seen()?.["cursor"] !== undefined, "still moves");
    await expectUnharmed();
  });

  it("[COL-27] cannot fill the room with presences", async () => {
    const many = Array.from({ length: 200 }, (_, i) => ({
      clientId: 1_000 + i,
      clock: 1,
      state: {},
    }));
    evil.send(awarenessFrame(many));
    await until(() => witness.provider.awareness.getStates().has(1_000), "its own");
    expect(witness.provider.awareness.getStates().size).to.be.below(5);
    evil.send(
      awarenessFrame([{ clientId: 1_000, clock: 2, state: { cursor: "x".repeat(5_000) } }]),
    );
    expect(await evil.closed()).to.equal(closeCode.malformed);
    await expectUnharmed();
  });
});

/** The HTTP status that an upgrade was refused with, or "open". */
function statusOf(url: string, origin?: string): Promise<number | "open"> {
  return new Promise((resolve) => {
    const ws = new WebSocket(url, [ENTENTE_PROTOCOL], origin === undefined ? {} : { origin });
    ws.on("open", () => {
      ws.terminate();
      resolve("open");
    });
    ws.on("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    ws.on("error", () => {});
  });
}
