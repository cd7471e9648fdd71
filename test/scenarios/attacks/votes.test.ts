import { expect } from "chai";
import { io } from "socket.io-client";
import { assemble, type Cast } from "../../support/cast.ts";
import { simpleRule } from "../../support/committee.ts";
import { until, World, type Person, type Reply } from "../../support/world.ts";

interface View {
  id: string;
  state: string;
  outcome: string | null;
  seats: { partnerId: string; choice: string | null; comment: string | null }[];
  counts: unknown;
  tests: unknown;
}

describe("an attacker in a vote", () => {
  let world: World;
  let cast: Cast;
  before(async function () {
    this.timeout(60_000);
    world = await World.start();
    cast = await assemble(world);
  });
  after(() => world.stop());

  const committee = async (change: object = {}): Promise<string> => {
    const { eli, partnershipId, partnerIds, memberIds } = cast;
    const delegates = [[memberIds["ada"]], [memberIds["ben"]], [memberIds["pia"]]];
    const roll = partnerIds.map((partnerId, i) => ({ partnerId, delegates: delegates[i] }));
    const body = { name: "Comité", rule: { ...simpleRule, ...change }, roll };
    const reply = await eli.post(`/partnerships/${partnershipId}/committees`, body);
    return reply.ok<{ id: string }>(201).id;
  };
  const opened = async (change: object = {}, more: object = {}): Promise<string> => {
    const { eli, partnershipId } = cast;
    const proposed = await eli.post(`/partnerships/${partnershipId}/decisions`, {
      committeeId: await committee(change),
      title: "Adopter",
      closesAt: new Date(world.clock.now().getTime() + 30 * 86_400_000).toISOString(),
      ...more,
    });
    const { id } = proposed.ok<{ id: string }>(201);
    (await eli.post(`/decisions/${id}/open`, {})).ok();
    return id;
  };
  const vote = (person: Person, id: string, ballot: unknown): Promise<Reply> =>
    person.post(`/decisions/${id}/ballots`, ballot);
  const view = async (id: string): Promise<View> =>
    (await cast.eli.get(`/decisions/${id}`)).ok<View>();
  const logOf = async (): Promise<string[]> => {
    const path = `/partnerships/${cast.partnershipId}/log/entries?from=0`;
    const { items } = (await cast.eli.get(path)).ok<{ items: { entry: string }[] }>();
    return items.map(({ entry }) => entry);
  };

  it("[ATK-27] casts nothing but one of the three choices, for nobody else and with no weight of their own", async () => {
    const id = await opened();
    const bodies = [
      {},
      [],
      null,
      { choice: "yes" },
      { choice: ["for", "against"] },
      { choice: null },
      { choice: { $ne: "for" } },
      { choice: "for", weight: "100" },
      { choice: "for", partnerId: cast.partnerIds[1] },
      { choice: "for", memberId: cast.memberIds["ben"] },
      { choice: "for", proxyHolder: cast.partnerIds[0] },
      { choice: "for", at: "2020-01-01T00:00:00Z" },
      { choice: "for", contentSha256: "0" },
      { choice: "for", comment: "x".repeat(2_001) },
    ];
    for (const body of bodies) {
      const reply = await vote(cast.ada, id, body);
      expect(reply.status, JSON.stringify(body)?.slice(0, 60)).to.be.within(400, 422);
    }
    (await vote(cast.ada, id, { choice: "for", contentSha256: "0".repeat(64) })).refused(
      "content-mismatch",
    );
    (await vote(cast.cleo, id, { choice: "for" })).refused("not-a-delegate", 403);
    (await vote(cast.lina, id, { choice: "for" })).refused("not-allowed", 403);
    (await vote(cast.eli, id, { choice: "for" })).refused("not-allowed", 403);
    expect((await view(id)).seats.every(({ choice }) => choice === null)).to.equal(true);
  });

  it("[ATK-28] wins no race: ballots, closings and a withdrawal at once leave one end and every answered ballot in the log", async () => {
    const id = await opened();
    const before = (await logOf()).length;
    const conduct = (act: string): Promise<Reply> => cast.eli.post(`/decisions/${id}/${act}`, {});
    const ballots = Array.from({ length: 50 }, (_, i) => {
      const person = [cast.ada, cast.ben, cast.pia][i % 3] ?? cast.ada;
      return vote(person, id, { choice: i % 2 ? "for" : "against" });
    });
    const ends = [
      ...Array.from({ length: 10 }, () => conduct("close")),
      ...Array.from({ length: 3 }, () => conduct("withdraw")),
    ];
    const [cast50, ended] = await Promise.all([Promise.all(ballots), Promise.all(ends)]);
    for (const reply of [...cast50, ...ended]) expect(reply.status, reply.text).to.be.below(500);
    const answered = cast50.filter(({ status }) => status === 201);
    const { state } = await view(id);
    expect(state).to.be.oneOf(["closed", "withdrawn"]);
    const entries = (await logOf()).slice(before).join("\n");
    const count = (word: string): number => entries.split(`"event":"${word}"`).length - 1;
    expect(count("ballot")).to.equal(answered.length);
    expect(count("closed") + count("withdrawn")).to.equal(1);
    (await vote(cast.ada, id, { choice: "for" })).refused("decision-not-open", 409);
    (await cast.ada.post(`/decisions/${id}/recusals`, {})).refused("decision-not-open", 409);
    (await cast.eli.post(`/decisions/${id}/open`, {})).refused("conflict", 409);
    expect((await view(id)).state).to.equal(state);
  }).timeout(30_000);

  it("[ATK-29] does not vote, nor read, once removed; the ballots of others stand", async () => {
    const id = await opened();
    (await vote(cast.ben, id, { choice: "for" })).ok(201);
    const guest = await world.person("Gus");
    const { partnershipId, partnerIds, eli } = cast;
    const as = { partnershipId, partnerId: partnerIds[0], roles: ["committee"] } as const;
    const { id: memberId } = await world.join(eli, guest, as);
    (await vote(guest, id, { choice: "for" })).refused("not-a-delegate", 403);
    const path = `/partnerships/${partnershipId}/members/${memberId}`;
    expect((await eli.send("DELETE", path)).status).to.equal(204);
    (await vote(guest, id, { choice: "against" })).refused("not-found", 404);
    (await guest.get(`/decisions/${id}`)).refused("not-found", 404);
    (await guest.get(`/decisions/${id}/receipt`)).refused("not-found", 404);
    (await guest.get(`/partnerships/${partnershipId}/log/entries`)).refused("not-found", 404);
    expect((await view(id)).seats.filter(({ choice }) => choice === "for")).to.have.length(1);
  });

  it("[ATK-30] cannot close a vote at the moment that suits them, before the rule's days are over", async () => {
    const id = await opened({ timing: { ...simpleRule.timing, minOpenDays: 7 } });
    (await vote(cast.ada, id, { choice: "for" })).ok(201);
    (await vote(cast.ben, id, { choice: "for" })).ok(201);
    (await cast.eli.post(`/decisions/${id}/close`, {})).refused("conflict", 409);
    expect((await view(id)).state).to.equal("open");
    world.clock.advance(9 * 86_400_000);
    const again = world.as(await signedInAgain(cast.eli));
    (await again.post(`/decisions/${id}/close`, {})).ok();
    world.clock.advance(-9 * 86_400_000);
    expect((await view(id)).outcome).to.equal("approved");
  });

  it("[ATK-31] cannot change what is voted on: the draft is shut, and new versions leave the vote alone", async () => {
    const { ada, eli, partnershipId } = cast;
    const started = await ada.post(`/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Gouvernance",
    });
    const draft = started.ok<{ id: string; revision: string; facts: object }>(201);
    const freeze = (): Promise<Reply> => ada.post(`/agreements/${draft.id}/versions`, {});
    const { contentSha256 } = (await freeze()).ok<{ contentSha256: string }>(201);
    const id = await opened({}, { subject: { agreementId: draft.id, version: 1 } });
    const put = (revision: string): Promise<Reply> =>
      ada.put(`/agreements/${draft.id}/facts`, draft.facts, { "if-match": `"${revision}"` });
    (await put(draft.revision)).refused("agreement-frozen", 409);
    (await freeze()).refused("agreement-not-drafting", 409);
    (await vote(ada, id, { choice: "for", contentSha256 })).ok(201);
    const reopened = await cast.lina.post(`/agreements/${draft.id}/reopen`, {});
    if (reopened.status === 200) (await freeze()).ok(201);
    const subject = (await eli.get(`/decisions/${id}`)).ok<{ subject: object }>().subject;
    expect(subject).to.deep.equal({ agreementId: draft.id, version: 1, contentSha256 });
    const first = await eli.get(`/agreements/${draft.id}/versions/1`);
    expect(first.ok<{ contentSha256: string }>().contentSha256).to.equal(contentSha256);
    (await vote(cast.ben, id, { choice: "for", contentSha256 })).ok(201);
  });

  it("[ATK-32] learns no choice before the close, where the rule hides them: not from answers, news, log or receipts", async () => {
    const ballot = { ...simpleRule.ballot, visibility: "after_close" };
    const heard: unknown[] = [];
    const socket = io(world.url, {
      transports: ["websocket"],
      forceNew: true,
      auth: { token: cast.eli.token },
      extraHeaders: { origin: world.url },
    });
    socket.on("news", (news: unknown) => heard.push(news));
    await socket.timeout(5_000).emitWithAck("follow", { partnershipId: cast.partnershipId });
    const from = (await logOf()).length;
    const id = await opened({ ballot });
    (await vote(cast.pia, id, { choice: "abstain", comment: "hidden words" })).ok(201);
    (await vote(cast.ada, id, { choice: "against", comment: "hidden words" })).ok(201);
    (await vote(cast.ben, id, { choice: "for", comment: "hidden words" })).ok(201);
    await until(() => heard.length >= 4);
    socket.disconnect();
    for (const person of [cast.eli, cast.ben, cast.olga]) {
      const { seats, arithmetic } = (await person.get(`/decisions/${id}`)).ok<
        View & { arithmetic: unknown }
      >();
      const shown = seats.filter(({ partnerId, choice }) =>
        person === cast.ben ? partnerId !== cast.partnerIds[1] && choice : choice,
      );
      expect(shown).to.deep.equal([]);
      expect(arithmetic).to.equal(null);
    }
    const traces = [JSON.stringify(heard), ...(await logOf()).slice(from)].join("\n");
    expect(traces).to.not.match(/hidden words|"choice"|"against"|"abstain"/);
    const during = await view(id);
    expect([during.counts, during.tests, during.outcome]).to.deep.equal([null, null, null]);
    (await cast.eli.get(`/decisions/${id}/receipt`)).refused("not-found", 404);
    (await cast.cleo.get(`/decisions/${id}/receipt`)).refused("not-found", 404);
    const own = (await cast.ada.get(`/decisions/${id}/receipt`)).ok<{ body: { choice: string } }>();
    expect(own.body.choice).to.equal("against");
  });

  /** A fresh token, for when the clock has moved past the old one's life. */
  async function signedInAgain(person: Person): Promise<Person> {
    const reply = await world.stranger().post("/auth/login", {
      email: person.email,
      password: `${person.name.toLowerCase()}-has-a-long-password`,
    });
    const { accessToken } = reply.ok<{ accessToken: string }>();
    return Object.assign(Object.create(Object.getPrototypeOf(person)), person, {
      token: accessToken,
    }) as Person;
  }
});
