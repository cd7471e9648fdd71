import { expect } from "chai";
import { once } from "node:events";
import { WebSocket } from "ws";
import * as Y from "yjs";
import { awarenessFrame, updateFrame } from "../../../backend/collaboration/frames.ts";
import { closeCode, ENTENTE_PROTOCOL } from "../../../domain/collaboration/protocol.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { plainTextOfPdf } from "../../support/pdf-text.ts";
import { Typist } from "../../support/typist.ts";
import { until, World, type Person, type Reply } from "../../support/world.ts";

interface Ticket {
  ticket: string;
  path: string;
}

/** A modified client: the text as the server gave it, and frames of its own making. */
class Forger {
  readonly doc: Y.Doc;
  readonly ws: WebSocket;
  code: number | undefined;

  constructor(ws: WebSocket, doc: Y.Doc) {
    this.ws = ws;
    this.doc = doc;
    ws.on("close", (code) => (this.code = code));
    ws.on("error", () => {});
  }

  /** Sends what `act` changes, and nothing else. */
  send(act: (doc: Y.Doc) => void): void {
    const before = Y.encodeStateVector(this.doc);
    this.doc.transact(() => act(this.doc));
    this.ws.send(updateFrame(Y.encodeStateAsUpdate(this.doc, before)));
  }

  async sentAway(): Promise<number> {
    await until(() => this.code !== undefined, 6_000);
    return this.code ?? 0;
  }
}

describe("an attacker in a draft, with a client of their own", () => {
  let world: World;
  let cast: Cast;
  before(async function () {
    this.timeout(60_000);
    world = await World.start();
    cast = await assemble(world);
  });
  after(() => world.stop());

  const draft = async (): Promise<string> => {
    const reply = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Gouvernance",
    });
    return reply.ok<{ id: string }>(201).id;
  };
  const ticketOf = async (person: Person, id: string): Promise<Ticket> =>
    (await person.post(`/agreements/${id}/collaboration-ticket`, {})).ok<Ticket>();
  const socketOf = ({ path, ticket }: Ticket, headers: Record<string, string> = {}): WebSocket =>
    new WebSocket(
      `${world.url.replace("http", "ws")}${path}?ticket=${ticket}`,
      [ENTENTE_PROTOCOL],
      {
        headers,
      },
    );
  const forger = async (person: Person, id: string): Promise<Forger> => {
    const reader = await Typist.open(person, id);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(reader.doc));
    reader.leave();
    const ws = socketOf(await ticketOf(person, id));
    const made = new Forger(ws, doc);
    await once(ws, "open");
    return made;
  };
  const statusOf = async (ws: WebSocket): Promise<unknown> =>
    new Promise((resolve) => {
      ws.on("open", () => resolve("open"));
      ws.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      ws.on("error", () => {});
    });
  const textOf = async (id: string): Promise<string> =>
    (await cast.eli.get(`/agreements/${id}`)).text;
  const paragraph = (words: string): Y.XmlElement => {
    const element = new Y.XmlElement("paragraph");
    element.insert(0, [new Y.XmlText(words)]);
    return element;
  };
  const add = (words: string) => (doc: Y.Doc) => {
    const text = doc.getXmlFragment("text");
    text.insert(text.length, [paragraph(words)]);
  };

  it("[ATK-39] gets in on one ticket once, for one agreement, by no cookie and from no other site", async () => {
    const [id, other] = [await draft(), await draft()];
    const ticket = await ticketOf(cast.ada, id);
    const elsewhere = { ...ticket, path: ticket.path.replace(id, other) };
    expect(await statusOf(socketOf(elsewhere))).to.equal(401);
    const fresh = await ticketOf(cast.ada, id);
    const evil = { origin: "https://evil.example" };
    expect(await statusOf(socketOf(fresh, evil))).to.equal(403);
    const used = await ticketOf(cast.ada, id);
    const first = socketOf(used);
    expect(await statusOf(first)).to.equal("open");
    expect(await statusOf(socketOf(used))).to.equal(401);
    first.terminate();
    const cookie = { cookie: `entente_access=${cast.ada.token}`, origin: world.url };
    expect(await statusOf(socketOf({ ...used, ticket: "" }, cookie))).to.equal(401);
    expect(await statusOf(socketOf({ ...used, ticket: cast.ada.token }, cookie))).to.equal(401);
    const x = await world.person("Xavier");
    (await x.post(`/agreements/${id}/collaboration-ticket`, {})).refused("not-found", 404);
  });

  it("[ATK-40] cannot write as a reader: observer, archivist, committee", async () => {
    const id = await draft();
    for (const person of [cast.olga, cast.noor, cast.cleo]) {
      const evil = await forger(person, id);
      evil.send(add("not mine to write"));
      expect(await evil.sentAway(), person.name).to.equal(closeCode.notAllowed);
    }
    expect(await textOf(id)).to.not.include("not mine to write");
  });

  it("[ATK-41] cannot bring in what the schema does not know: links, embeds, styles, hidden roots", async () => {
    const id = await draft();
    const element = (name: string, attributes: Record<string, string>): Y.XmlElement => {
      const made = new Y.XmlElement(name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const end = (doc: Y.Doc, node: Y.XmlElement): void => {
      const text = doc.getXmlFragment("text");
      text.insert(text.length, [node]);
    };
    const linked = (): Y.XmlElement => {
      const node = new Y.XmlElement("paragraph");
      const words = new Y.XmlText();
      words.insert(0, "click", { link: { href: "JaVaScRiPt:alert(1)" } });
      node.insert(0, [words]);
      return node;
    };
    const tries: ((doc: Y.Doc) => void)[] = [
      (doc) => end(doc, linked()),
      (doc) => end(doc, element("iframe", { src: "https://evil.example", srcdoc: "<script>" })),
      (doc) => end(doc, element("image", { src: "http://evil.example/x.png" })),
      (doc) => end(doc, element("paragraph", { style: "position:fixed;inset:0" })),
      (doc) => end(doc, element("paragraph", { hidden: "Hidden clause: 999." })),
      (doc) => end(doc, element("script", {})),
      (doc) => end(doc, element("__proto__", {})),
      (doc) => doc.getMap("hidden").set("clause", "999"),
      (doc) => doc.getMap("facts").set("__proto__", { isAdmin: true }),
      (doc) => doc.getMap("facts").set("x", new Uint8Array(8)),
    ];
    const before = await textOf(id);
    for (const [place, act] of tries.entries()) {
      const evil = await forger(cast.ben, id);
      evil.send(act);
      expect(await evil.sentAway(), `try ${place}`).to.equal(closeCode.malformed);
    }
    expect(await textOf(id)).to.equal(before);
  }).timeout(30_000);

  it("[ATK-42] cannot break reading, checking, freezing or printing with facts of wrong types", async () => {
    const id = await draft();
    const evil = await forger(cast.ben, id);
    const facts: Record<string, unknown> = {
      parties: "nobody",
      objet: ["a", 1, null],
      date_signature: -1e308,
      unknown_name: { deep: { er: [[[1]]] } },
      duree: true,
      toString: "x",
    };
    for (const [name, value] of Object.entries(facts)) {
      evil.send((doc) => doc.getMap("facts").set(name, value));
    }
    await until(async () => (await textOf(id)).includes("unknown_name") || evil.code !== undefined);
    const replies: Reply[] = [
      await cast.ada.get(`/agreements/${id}`),
      await cast.ada.get(`/agreements/${id}/findings`),
      await cast.ada.post(`/agreements/${id}/versions`, {}),
      await cast.ada.get(`/agreements/${id}/versions/1.pdf`),
    ];
    for (const reply of replies) expect(reply.status, reply.text.slice(0, 300)).to.be.below(500);
    evil.ws.terminate();
  }).timeout(30_000);

  it("[ATK-43] cannot write after the freeze, by any door, at once or after a new connection", async () => {
    const id = await draft();
    const [late, idle] = [await forger(cast.ben, id), await forger(cast.lina, id)];
    const { revision, facts } = (await cast.ada.get(`/agreements/${id}`)).ok<{
      revision: string;
      facts: object;
    }>();
    const [frozen] = await Promise.all([
      cast.ada.post(`/agreements/${id}/versions`, { lock: true }),
      (async () => {
        for (let i = 0; i < 20; i += 1) late.send(add(`race ${i}.`));
      })(),
    ]);
    const { contentSha256 } = frozen.ok<{ contentSha256: string }>(201);
    const before = await textOf(id);
    idle.send(add("after the freeze"));
    expect(await idle.sentAway()).to.be.oneOf([closeCode.locked, closeCode.notAllowed]);
    const again = await forger(cast.ben, id);
    again.send(add("after the freeze"));
    expect(await again.sentAway()).to.be.oneOf([closeCode.locked, closeCode.notAllowed]);
    const put = await cast.ada.put(`/agreements/${id}/facts`, facts, {
      "if-match": `"${revision}"`,
    });
    put.refused("agreement-frozen", 409);
    expect(await textOf(id))
      .to.equal(before)
      .and.not.include("after the freeze");
    const version = await cast.eli.get(`/agreements/${id}/versions/1`);
    const { content, ...summary } = version.ok<{ contentSha256: string; content: object }>();
    expect(summary.contentSha256).to.equal(contentSha256);
    // What is frozen is what the draft says: no edit slipped in between the version and the lock.
    for (let i = 0; i < 20; i += 1) {
      const isIn = before.includes(`race ${i}.`);
      expect(JSON.stringify(content).includes(`race ${i}.`), `race ${i}`).to.equal(isIn);
    }
    const pdf = await cast.eli.get(`/agreements/${id}/versions/1.pdf`);
    expect(await plainTextOfPdf(pdf.bytes)).to.not.include("after the freeze");
    late.ws.terminate();
  }).timeout(60_000);

  it("[ATK-44] is out of the draft when removed or signed out, within five seconds, with nothing slipped in", async () => {
    const id = await draft();
    const { partnershipId, partnerIds, eli } = cast;
    const guest = await world.person("Gina");
    const as = { partnershipId, partnerId: partnerIds[0], roles: ["lead"] } as const;
    const member = await world.join(eli, guest, as);
    const [first, second] = [await forger(guest, id), await forger(cast.pia, id)];
    const kept = await ticketOf(guest, id);
    const removing = eli.send("DELETE", `/partnerships/${partnershipId}/members/${member.id}`);
    expect((await removing).status).to.equal(204);
    first.send(add("one more"));
    expect(await first.sentAway()).to.equal(closeCode.notAllowed);
    const late = socketOf(kept);
    const ended = new Promise((resolve) => late.on("close", (code) => resolve(code)));
    expect(await statusOf(late)).to.be.oneOf(["open", 401, 403]);
    if (late.readyState === WebSocket.OPEN) expect(await ended).to.equal(closeCode.notAllowed);
    expect((await cast.pia.post("/auth/logout", {})).status).to.equal(204);
    expect(await second.sentAway()).to.equal(closeCode.notAuthenticated);
    (await cast.pia.get(`/agreements/${id}`)).refused("session-ended", 401);
    expect(await textOf(id)).to.not.include("one more");
  }).timeout(30_000);

  it("[ATK-45] cannot show themselves under another's name", async () => {
    const id = await draft();
    const evil = await forger(cast.ben, id);
    const ada = await forger(cast.ada, id);
    const seen: string[] = [];
    ada.ws.on("message", (bytes: Buffer) => seen.push(bytes.toString("latin1")));
    const state = { user: { name: "Ada", color: "red", html: "<b>" }, extra: "x".repeat(100) };
    evil.ws.send(awarenessFrame([{ clientId: 77, clock: 1, state }]));
    await until(() => seen.some((text) => text.includes('"name":"Ben"')));
    expect(seen.join("\n")).to.not.match(/"name":"Ada"|<b>|extra/);
    evil.ws.terminate();
    ada.ws.terminate();
  });
});
