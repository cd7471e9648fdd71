import { expect } from "chai";
import { once } from "node:events";
import { WebSocket } from "ws";
import { closeCode, ENTENTE_PROTOCOL } from "../../domain/collaboration/protocol.ts";
import { assemble, type Cast } from "../support/cast.ts";
import { Typist } from "../support/typist.ts";
import { until, World, type Person } from "../support/world.ts";

describe("the collaboration socket under the one gate", function () {
  this.timeout(60_000);
  let world: World;
  let cast: Cast;
  let agreementId: string;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    const reply = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Au grand jour",
    });
    agreementId = reply.ok<{ id: string }>(201).id;
  });
  after(async () => {
    await world.stop();
  });

  /** A bare socket, and the code it is closed with. */
  async function socketOf(person: Person): Promise<{ closed: Promise<number> }> {
    const reply = await person.post(`/agreements/${agreementId}/collaboration-ticket`, {});
    const { path, ticket } = reply.ok<{ path: string; ticket: string }>();
    const url = `${world.url.replace(/^http/, "ws")}${path}?ticket=${ticket}`;
    const ws = new WebSocket(url, [ENTENTE_PROTOCOL], { origin: world.url });
    const closed = new Promise<number>((resolve) => ws.on("close", resolve));
    await once(ws, "open");
    return { closed };
  }

  const ticketFor = (person: Person) =>
    person.post(`/agreements/${agreementId}/collaboration-ticket`, {});
  const textOf = async (): Promise<string> =>
    JSON.stringify((await cast.ada.get(`/agreements/${agreementId}`)).body);

  it("[COL-25] gives a stranger and an outsider no ticket", async () => {
    (await ticketFor(world.stranger())).refused("not-authenticated", 401);
    (await ticketFor(await world.person("Zoe"))).refused("not-found", 404);
  });

  it("[COL-11] carries edits of two partners into what the API reads", async () => {
    const [ada, ben] = [
      await Typist.open(cast.ada, agreementId),
      await Typist.open(cast.ben, agreementId),
    ];
    ada.type("from Passerelle");
    ben.type("from Boréal");
    await until(() => ada.saved.length + ben.saved.length === 2);
    await until(() => ada.text.includes("from Boréal") && ben.text.includes("from Passerelle"));
    const text = await textOf();
    expect(text).to.contain("from Passerelle").and.to.contain("from Boréal");
    ada.leave();
    ben.leave();
  });

  it("[COL-13] shows facts replaced through the API in an open editor", async () => {
    const ada = await Typist.open(cast.ada, agreementId);
    const read = await cast.ben.get(`/agreements/${agreementId}`);
    const { facts } = read.body as { facts: Record<string, unknown> };
    const etag = read.headers.get("etag") ?? "";
    const reply = await cast.ben.put(`/agreements/${agreementId}/facts`, facts, {
      "if-match": etag,
    });
    reply.ok();
    expect(Object.keys(ada.doc.getMap("facts").toJSON()).sort()).to.deep.equal(
      Object.keys(facts).sort(),
    );
    ada.leave();
  });

  it("[COL-22] lets an observer look on and not write", async () => {
    const olga = await Typist.open(cast.olga, agreementId);
    expect(olga.text).to.contain("from Passerelle");
    olga.type("an observer's wish");
    const ada = await Typist.open(cast.ada, agreementId);
    ada.type("after the wish");
    await until(() => ada.saved.length === 1);
    expect(olga.saved).to.deep.equal([]);
    expect(await textOf()).not.to.contain("an observer");
    olga.leave();
    ada.leave();
  });

  it("[COL-24] closes the sockets of a session that is logged out", async () => {
    const socket = await socketOf(cast.lina);
    (await cast.lina.post("/auth/logout", {})).ok();
    expect(await socket.closed).to.equal(closeCode.notAuthenticated);
  });

  it("[COL-24] closes the sockets of a member who is removed", async () => {
    const socket = await socketOf(cast.noor);
    const path = `/partnerships/${cast.partnershipId}/members/${cast.memberIds["noor"]}`;
    (await cast.eli.send("DELETE", path)).ok();
    const from = performance.now();
    expect(await socket.closed).to.equal(closeCode.notAllowed);
    expect(performance.now() - from).to.be.below(5_000);
  });

  it("[COL-23] takes no edit into an agreement that was withdrawn", async () => {
    const ada = await Typist.open(cast.ada, agreementId);
    (await cast.eli.post(`/agreements/${agreementId}/withdraw`, {})).ok();
    const before = await textOf();
    ada.type("too late");
    const ben = await Typist.open(cast.ben, agreementId);
    expect(ben.text).not.to.contain("too late");
    expect(await textOf()).to.equal(before);
    expect(ada.saved).to.deep.equal([]);
    ada.leave();
    ben.leave();
  });
});
