import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { assemble, type Cast } from "../../support/cast.ts";
import { newCommitteeOf, simpleRule } from "../../support/committee.ts";
import { World, type Person, type Reply } from "../../support/world.ts";

interface Draft {
  id: string;
  revision: string;
  facts: Record<string, unknown>;
}

describe("an attacker at the boundary of a partnership", () => {
  let world: World;
  let ours: Cast;
  let theirs: Cast;
  let ourAgreement: string;
  before(async function () {
    this.timeout(120_000);
    world = await World.start();
    ours = await assemble(world);
    theirs = await assemble(world);
    ourAgreement = (await draft(ours)).id;
    (await ours.ada.post(`/agreements/${ourAgreement}/versions`, {})).ok(201);
  });
  after(() => world.stop());

  const draft = async ({ ada, partnershipId }: Cast): Promise<Draft> => {
    const reply = await ada.post(`/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Gouvernance",
    });
    return reply.ok<Draft>(201);
  };
  const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
  const committeeOf = async (cast: Cast): Promise<string> =>
    (
      await cast.eli.post(`/partnerships/${cast.partnershipId}/committees`, newCommitteeOf(cast))
    ).ok<{ id: string }>(201).id;
  /** The same words for what is another's and for what does not exist. */
  const same = (reply: Reply, unknown: Reply): void => {
    expect(reply.status).to.equal(404);
    const [a, b] = [reply, unknown].map((one) => ({
      ...(one.body as Record<string, unknown>),
      instance: "",
    }));
    expect(a).to.deep.equal(b);
  };

  it("[ATK-1] learns nothing from ids of another partnership: they answer as ids that do not exist", async () => {
    const nobody = randomBytes(16).toString("hex");
    const ofX = theirs.eli;
    const committee = await committeeOf(ours);
    const decision = await ours.eli.post(`/partnerships/${ours.partnershipId}/decisions`, {
      committeeId: committee,
      title: "Question",
      closesAt: inAnHour(),
    });
    const decisionId = decision.ok<{ id: string }>(201).id;
    const tries: [string, string, string, unknown?][] = [
      ["GET", "/agreements/*", ourAgreement],
      ["GET", "/agreements/*/versions/1.pdf", ourAgreement],
      ["GET", "/agreements/*/versions/1.json", ourAgreement],
      ["GET", "/agreements/*/decisions", ourAgreement],
      ["POST", "/agreements/*/collaboration-ticket", ourAgreement, {}],
      ["POST", "/agreements/*/versions", ourAgreement, {}],
      ["POST", "/agreements/*/withdraw", ourAgreement, {}],
      ["GET", "/committees/*", committee],
      ["GET", "/decisions/*", decisionId],
      ["POST", "/decisions/*/open", decisionId, {}],
      ["POST", "/decisions/*/ballots", decisionId, { choice: "for" }],
      ["GET", "/partnerships/*/log/entries", ours.partnershipId],
      ["GET", "/partnerships/*/members", ours.partnershipId],
      ["GET", "/partnerships/*/invitations", ours.partnershipId],
    ];
    for (const [method, path, id, body] of tries) {
      const ask = (one: string): Promise<Reply> =>
        ofX.send(method, path.replace("*", one), body === undefined ? {} : { body });
      same(await ask(id), await ask(nobody));
    }
    const list = await ofX.get(`/archive?partnershipId=${ours.partnershipId}`);
    expect(list.ok<{ items: unknown[] }>().items).to.deep.equal([]);
  });

  it("[ATK-2] cannot bring another partnership's committee, agreement, member or partner into its own", async () => {
    const { eli, partnershipId, memberIds, partnerIds } = theirs;
    const nobody = randomBytes(16).toString("hex");
    const [ourCommittee, theirCommittee] = [await committeeOf(ours), await committeeOf(theirs)];
    const propose = (committeeId: string, agreementId: string, version = 1): Promise<Reply> =>
      eli.post(`/partnerships/${partnershipId}/decisions`, {
        committeeId,
        title: "Question",
        subject: { agreementId, version },
        closesAt: inAnHour(),
      });
    for (const version of [1, 7]) {
      same(
        await propose(theirCommittee, ourAgreement, version),
        await propose(theirCommittee, nobody, version),
      );
    }
    same(await propose(ourCommittee, ourAgreement), await propose(nobody, ourAgreement));
    const seat = { partnerId: partnerIds[0], weight: "1", delegates: [memberIds["ada"]] };
    const found = (roll: unknown[]): Promise<Reply> =>
      eli.post(`/partnerships/${partnershipId}/committees`, {
        name: "Comité",
        rule: simpleRule,
        roll,
      });
    (await found([{ ...seat, partnerId: ours.partnerIds[0] }])).refused("invalid-input", 422);
    (await found([{ ...seat, delegates: [ours.memberIds["ada"]] }])).refused("invalid-input", 422);
    (await found([{ ...seat, delegates: [memberIds["ben"]] }])).refused("invalid-input", 422);
    const invite = await eli.post(`/partnerships/${partnershipId}/invitations`, {
      email: "x@example.org",
      partnerId: ours.partnerIds[0],
      roles: ["lead"],
    });
    invite.refused("not-found", 404);
    const path = `/partnerships/${partnershipId}/members/${ours.memberIds["ben"]}`;
    (await eli.send("DELETE", path)).refused("not-found", 404);
  });

  it("[ATK-3] cannot leave by one door and come back by another: a second link, or an old role", async () => {
    const { eli, partnershipId, partnerIds } = ours;
    const mallory = await world.person("Mallory");
    const invite = (roles: string[]): Promise<Reply> =>
      eli.post(`/partnerships/${partnershipId}/invitations`, {
        email: mallory.email,
        partnerId: partnerIds[0],
        roles,
      });
    const accept = async (token: string): Promise<Reply> =>
      mallory.post(`/invitations/${token}/accept`, {});
    (await invite(["lead", "coordinator"])).ok(201);
    const kept = await world.invitationTokenFor(mallory.email);
    const as = { partnershipId, partnerId: partnerIds[0], roles: ["lead", "coordinator"] } as const;
    const member = await world.join(eli, mallory, as);
    const place = `/partnerships/${partnershipId}/members/${member.id}`;
    expect((await eli.send("DELETE", place)).status).to.equal(204);
    (await mallory.get(`/partnerships/${partnershipId}`)).refused("not-found", 404);
    (await accept(kept)).refused("invitation-expired");
    (await invite(["observer"])).ok(201);
    (await accept(await world.invitationTokenFor(mallory.email))).ok(201);
    const me = (await mallory.get(`/partnerships/${partnershipId}`)).ok<{
      me: { roles: string[] };
    }>().me;
    expect(me.roles).to.deep.equal(["observer"]);
    (await mallory.post(`/agreements/${ourAgreement}/versions`, {})).refused("not-allowed", 403);
  });

  it("[ATK-4] cannot use an invitation that is for another, twice, or guessed", async () => {
    const { eli, partnershipId, partnerIds } = ours;
    const [guest, mallory] = [await world.person("Guest"), await world.person("Mallory")];
    const body = { email: guest.email, partnerId: partnerIds[0], roles: ["observer"] };
    (await eli.post(`/partnerships/${partnershipId}/invitations`, body)).ok(201);
    const token = await world.invitationTokenFor(guest.email);
    expect(Buffer.from(token, "base64url")).to.have.length(32);
    (await mallory.post(`/invitations/${token}/accept`, {})).refused("invitation-for-another");
    expect((await guest.get(`/invitations/${token}/accept`)).status).to.equal(404);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => guest.post(`/invitations/${token}/accept`, {})),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    const wrong = await mallory.get(`/invitations/${randomBytes(32).toString("base64url")}`);
    for (const guess of ["x", "%00", "..%2F..%2Fetc", "__proto__", "a".repeat(500)]) {
      const reply = await mallory.get(`/invitations/${guess}`);
      expect(reply.status, guess).to.be.within(400, 422);
    }
    expect(wrong.status).to.equal(404);
  });

  it("[ATK-5] cannot write into the mails we send: no header, no line, no link of theirs", async () => {
    const name = (text: string): Promise<Reply> =>
      world.stranger().post("/auth/register", {
        email: `${randomBytes(6).toString("hex")}@example.org`,
        password: "a-long-enough-password",
        name: text,
        locale: "fr",
      });
    const bad = [
      "Ada\r\nBcc: all@example.org",
      "Ada\nYour account is locked",
      "Ada https://evil.example",
      "www.evil.example",
      "Ada\u202egro.live",
      "A\u200bda",
      "Ada\u2028x",
    ];
    for (const text of bad) expect((await name(text)).status, text).to.equal(422);
    (await name("Ada d’Été-O'Neil (Ltd.) & Cie")).ok(201);
    const { eli, partnershipId, partnerIds } = ours;
    for (const text of bad) {
      const partner = { name: text, sector: "company" };
      const reply = await eli.post(`/partnerships/${partnershipId}/partners`, partner);
      expect(reply.status, text).to.equal(422);
      expect((await eli.post("/partnerships", { name: text })).status, text).to.equal(422);
    }
    const to = ["a@example.org\r\nBcc: b@example.org", "a@example.org,b@example.org", "<a@b.c> x"];
    for (const email of to) {
      const body = { email, partnerId: partnerIds[0], roles: ["observer"] };
      const reply = await eli.post(`/partnerships/${partnershipId}/invitations`, body);
      expect(reply.status, email).to.equal(422);
    }
    const outbox = join(world.dataDir, "outbox");
    const mails = (await readdir(outbox)).filter((file) => file.endsWith(".eml"));
    expect(mails.length).to.be.greaterThan(10);
    for (const file of mails) {
      const [head = ""] = (await readFile(join(outbox, file), "utf8")).split("\r\n\r\n");
      expect(head).to.not.match(/^bcc:/im);
      expect(head.match(/^to:/gim)).to.have.length(1);
    }
  });

  it("[ATK-6] cannot have us flood strangers with invitations", async () => {
    const spammer = await world.person("Spammer");
    const { id } = (await spammer.post("/partnerships", { name: "Spam" })).ok<{ id: string }>();
    const partner = { name: "Spam", sector: "company" };
    const partnerId = (await spammer.post(`/partnerships/${id}/partners`, partner)).ok<{
      id: string;
    }>().id;
    const statuses: number[] = [];
    for (let i = 0; i < 105; i += 1) {
      const body = { email: `v${i}@example.org`, partnerId, roles: ["observer"] };
      statuses.push((await spammer.post(`/partnerships/${id}/invitations`, body)).status);
    }
    expect(statuses.filter((status) => status === 201)).to.have.length(100);
    expect(statuses.at(-1)).to.equal(429);
  }).timeout(60_000);

  it("[ATK-7] cannot give themselves roles or fields that a body does not have", async () => {
    const { eli, cleo, partnershipId, partnerIds } = ours;
    const invite = (body: object): Promise<Reply> =>
      eli.post(`/partnerships/${partnershipId}/invitations`, {
        email: "x@example.org",
        partnerId: partnerIds[0],
        roles: ["observer"],
        ...body,
      });
    const roles = [null, [], "xyz", { $gt: "" }, ["operator"], ["__proto__"]];
    for (const value of roles) (await invite({ roles: value })).refused("invalid-input", 422);
    (await invite({ partnerId: { $ne: null } })).refused("invalid-input", 422);
    (await invite({ acceptedBy: "me" })).refused("invalid-input", 422);
    const me = (body: object): Promise<Reply> => cleo.send("PATCH", "/auth/me", { body });
    for (const body of [{ operator: true }, { email: "e@example.org" }, { passwordHash: "x" }]) {
      (await me(body)).refused("invalid-input", 422);
    }
    const agreement = { templateId: "gouvernance", language: "fr", title: "T", state: "sealed" };
    (await ours.ada.post(`/partnerships/${partnershipId}/agreements`, agreement)).refused(
      "invalid-input",
      422,
    );
    const account = (await cleo.get("/auth/me")).ok<Record<string, unknown>>();
    expect(Object.keys(account).sort()).to.deep.equal([
      "email",
      "id",
      "locale",
      "name",
      "operator",
    ]);
  });

  it("[ATK-8] finds the operator without power over what they are no member of", async () => {
    const fresh = await World.start();
    try {
      const operator = await fresh.person("Sam");
      const cast = await assemble(fresh);
      const { id } = await draft(cast);
      expect((await operator.get("/auth/me")).ok<{ operator: boolean }>().operator).to.equal(true);
      for (const path of [`/agreements/${id}`, `/partnerships/${cast.partnershipId}/members`]) {
        (await operator.get(path)).refused("not-found", 404);
      }
      (await operator.post(`/agreements/${id}/collaboration-ticket`, {})).refused("not-found");
      (await cast.eli.get("/operator/outbox")).refused("not-allowed", 403);
    } finally {
      await fresh.stop();
    }
  }).timeout(30_000);

  it("[ATK-9] cannot become operator beside another by registering at the same moment", async () => {
    const fresh = await World.start();
    try {
      const many = await Promise.all(
        Array.from({ length: 8 }, (_, i) => fresh.person(`Person${i}`)),
      );
      const accounts = await Promise.all(many.map((person: Person) => person.get("/auth/me")));
      const operators = accounts.filter((reply) => reply.ok<{ operator: boolean }>().operator);
      expect(operators).to.have.length(1);
    } finally {
      await fresh.stop();
    }
  }).timeout(30_000);

  it("[ATK-10] cannot poison facts with the names of JavaScript's own objects, depth or size", async () => {
    const { ada } = ours;
    const { id, revision, facts } = await draft(ours);
    const put = async (text: string): Promise<number> => {
      const reply = await fetch(`${world.url}/api/v1/agreements/${id}/facts`, {
        method: "PUT",
        headers: {
          authorization: `Bearer ${ada.token}`,
          "content-type": "application/json",
          "if-match": `"${revision}"`,
        },
        body: text,
      });
      expect(await reply.text()).to.not.match(/node_modules|at .*\.ts/);
      return reply.status;
    };
    const tries = [
      '{"constructor":{"prototype":{"isAdmin":true}}}',
      '{"prototype":1}',
      '{"toString":"x"}',
      `{"objet":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
      `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
      `{"objet":"${"x".repeat(900_000)}"}`,
      '{"objet":"\\ud800"}',
      '{"objet":"\\u0000"}',
      '{"objet":1e999}',
      "[]",
      '"text"',
      "null",
    ];
    for (const text of tries) {
      expect(await put(text), text.slice(0, 40)).to.be.within(400, 422);
    }
    await put('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)["polluted"]).to.equal(undefined);
    const after = (await ada.get(`/agreements/${id}`)).ok<Draft>();
    expect(Object.keys(after.facts)).to.not.include("__proto__");
    expect(facts).to.have.property("parties");
  });
});
