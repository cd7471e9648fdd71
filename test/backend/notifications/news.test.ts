import { expect } from "chai";
import { WebSocket } from "ws";
import { io, type Socket } from "socket.io-client";
import type { News, SocketAnswer } from "../../../domain/notifications/events.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { Typist } from "../../support/typist.ts";
import { until, World, type Person } from "../../support/world.ts";

/** An open page's socket: what it heard, and how it ended. */
class Listener {
  readonly socket: Socket;
  readonly heard: News[] = [];
  refusal: string | undefined;
  ended: string | undefined;

  constructor(url: string, given: { token?: unknown; origin?: string; cookie?: string }) {
    const { token, origin, cookie } = given;
    this.socket = io(url, {
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      ...(token === undefined ? {} : { auth: { token } }),
      extraHeaders: { ...(origin ? { origin } : {}), ...(cookie ? { cookie } : {}) },
    });
    this.socket.on("news", (news: News) => this.heard.push(news));
    this.socket.on("connect_error", (error) => (this.refusal = error.message));
    this.socket.on("disconnect", (reason) => (this.ended = reason));
  }

  /** Whether it got in, once that is known. */
  async isIn(): Promise<boolean> {
    await until(() => this.socket.connected || this.refusal !== undefined);
    return this.socket.connected;
  }

  ask(event: string, request: unknown): Promise<SocketAnswer> {
    return this.socket.timeout(5_000).emitWithAck(event, request) as Promise<SocketAnswer>;
  }
}

describe("news for open pages", () => {
  let world: World;
  let cast: Cast;
  const listeners: Listener[] = [];
  before(async function () {
    this.timeout(60_000);
    world = await World.start();
    cast = await assemble(world);
  });
  afterEach(() => {
    for (const listener of listeners.splice(0)) listener.socket.disconnect();
  });
  after(() => world.stop());

  const open = (given: ConstructorParameters<typeof Listener>[1]): Listener => {
    const listener = new Listener(world.url, { origin: world.url, ...given });
    listeners.push(listener);
    return listener;
  };
  const follow = async (person: Person): Promise<Listener> => {
    const listener = open({ token: person.token });
    expect(await listener.isIn()).to.equal(true);
    const answer = await listener.ask("follow", { partnershipId: cast.partnershipId });
    expect(answer).to.deep.equal({ ok: true });
    return listener;
  };
  const happen = async (): Promise<string> => {
    const reply = await cast.eli.post(`/partnerships/${cast.partnershipId}/partners`, {
      name: "Fondation Nouvelle",
      sector: "foundation",
    });
    return reply.ok<{ id: string }>(201).id;
  };
  const hears = (listener: Listener, partnerId: string): boolean =>
    listener.heard.some((news) => news.subject["partnerId"] === partnerId);

  it("[NWS-1] reach members who follow, as ids and codes only", async () => {
    const ada = await follow(cast.ada);
    const partnerId = await happen();
    await until(() => hears(ada, partnerId));
    expect(JSON.stringify(ada.heard)).to.not.match(/Fondation|@example/);
    await ada.ask("unfollow", { partnershipId: cast.partnershipId });
    const other = await follow(cast.ben);
    const later = await happen();
    await until(() => hears(other, later));
    expect(hears(ada, later)).to.equal(false);
  });

  it("[NWS-2] are refused to pages of other sites, whatever their cookies, and to none at all", async () => {
    const cookie = `entente_access=${cast.ada.token}`;
    for (const origin of ["https://evil.example", "null", `${world.url}.evil.example`]) {
      expect(await open({ cookie, origin }).isIn(), origin).to.equal(false);
    }
    const bare = new WebSocket(
      `${world.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`,
      { headers: { cookie } },
    );
    const status = await new Promise((resolve) => {
      bare.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      bare.on("open", () => resolve("open"));
      bare.on("error", () => {});
    });
    expect(status).to.be.within(400, 403);
    expect(await open({ cookie }).isIn()).to.equal(true);
  });

  it("[NWS-2] are not given by polling, which other sites could ask for", async () => {
    const answer = await fetch(`${world.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: world.url, cookie: `entente_access=${cast.ada.token}` },
    });
    expect(answer.status).to.equal(400);
    expect(await answer.text()).to.not.include("sid");
  });

  it("[NWS-3] are refused without a token that is good", async () => {
    const tries = [undefined, "", "nonsense", { $ne: null }, 7, `${cast.ada.token}x`];
    for (const token of tries) {
      const listener = open({ token });
      expect(await listener.isIn(), JSON.stringify(token)).to.equal(false);
      expect(listener.refusal).to.equal("not-authenticated");
    }
  });

  it("[NWS-4] of a partnership that one is no member of do not exist", async () => {
    const mallory = await world.person("Mallory");
    const listener = open({ token: mallory.token });
    expect(await listener.isIn()).to.equal(true);
    for (const partnershipId of [cast.partnershipId, "nothing-here"]) {
      const answer = await listener.ask("follow", { partnershipId });
      expect(answer).to.deep.equal({ ok: false, code: "not-found" });
    }
    const ada = await follow(cast.ada);
    const partnerId = await happen();
    await until(() => hears(ada, partnerId));
    expect(listener.heard).to.deep.equal([]);
  });

  it("[NWS-5] end for a removed member within five seconds, even while they ask again", async () => {
    const guest = await world.person("Guest");
    const { partnershipId, partnerIds } = cast;
    const roles = ["observer"] as const;
    const member = await world.join(cast.eli, guest, {
      partnershipId,
      partnerId: partnerIds[0],
      roles,
    });
    const ada = await follow(cast.ada);
    const out = await follow(guest);
    const asking = Promise.all(
      Array.from({ length: 40 }, () => out.ask("follow", { partnershipId })),
    );
    const path = `/partnerships/${partnershipId}/members/${member.id}`;
    const removed = await cast.eli.send("DELETE", path);
    expect(removed.status).to.equal(204);
    await asking;
    expect(await out.ask("follow", { partnershipId })).to.deep.equal({
      ok: false,
      code: "not-found",
    });
    const partnerId = await happen();
    await until(() => hears(ada, partnerId), 5_000);
    expect(hears(out, partnerId)).to.equal(false);
  });

  it("[NWS-6] end with the session, in every tab", async () => {
    const guest = await world.person("Leaver");
    const tabs = [open({ token: guest.token }), open({ token: guest.token })];
    for (const tab of tabs) expect(await tab.isIn()).to.equal(true);
    const other = await follow(cast.ada);
    expect((await guest.post("/auth/logout", {})).status).to.equal(204);
    await until(() => tabs.every((tab) => tab.ended === "io server disconnect"), 5_000);
    expect(await open({ token: guest.token }).isIn()).to.equal(false);
    expect(other.ended).to.equal(undefined);
  });

  it("[NWS-7] go on for others when a socket sends garbage", async () => {
    const ada = await follow(cast.ada);
    const evil = await follow(cast.ben);
    const garbage = [undefined, null, 7, "x", [], {}, { partnershipId: {} }, { partnershipId: "" }];
    for (const request of garbage) {
      const answer = await evil.ask("follow", request);
      expect(answer).to.deep.equal({ ok: false, code: "invalid-input" });
    }
    for (const name of ["news", "__proto__", "join", "constructor"]) {
      evil.socket.emit(name, { room: `partnership:${cast.partnershipId}` });
    }
    evil.socket.emit("follow", "no callback", { not: "a function" });
    evil.socket.emit("follow", new Uint8Array(70_000));
    const engine = (evil.socket.io as unknown as { engine: { write(data: string): void } }).engine;
    for (const raw of [
      "451-[",
      '2["error"]',
      "99",
      '51-["follow",{"_placeholder":true,"num":9}]',
    ]) {
      engine.write(raw);
    }
    const partnerId = await happen();
    await until(() => hears(ada, partnerId));
    expect((await fetch(`${world.url}/health/live`)).status).to.equal(200);
  });

  it("[NWS-8] end when the instance stops, at once, while pages and drafts are open", async () => {
    const other = await World.start();
    const { ada, partnershipId } = await assemble(other);
    const started = await ada.post(`/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Gouvernance",
    });
    const typist = await Typist.open(ada, started.ok<{ id: string }>(201).id);
    const listener = new Listener(other.url, { origin: other.url, token: ada.token });
    expect(await listener.isIn()).to.equal(true);
    const from = Date.now();
    await other.stop();
    expect(Date.now() - from).to.be.below(5_000);
    await until(() => listener.ended !== undefined);
    typist.leave();
  }).timeout(30_000);
});
