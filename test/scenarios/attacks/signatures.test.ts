import { expect } from "chai";
import { assemble, type Cast } from "../../support/cast.ts";
import { approve, requestSignatures, sign, type Requested } from "../../support/line.ts";
import { passwordOf, until, World, type Person, type Reply } from "../../support/world.ts";

interface Request {
  state: string;
  document: { sha256: string } | null;
  signatories: { memberId: string; status: string; name: string }[];
}

describe("an attacker among the signatories", () => {
  let world: World;
  let cast: Cast;
  let request: Requested;
  before(async function () {
    this.timeout(120_000);
    world = await World.start();
    cast = await assemble(world);
    request = await requestSignatures(cast, await approve(cast));
  });
  after(() => world.stop());

  const view = async ({ requestId }: Requested): Promise<Request> =>
    (await cast.eli.get(`/signature-requests/${requestId}`)).ok<Request>();
  const stateOf = async (agreementId: string): Promise<string> =>
    (await cast.eli.get(`/agreements/${agreementId}`)).ok<{ state: string }>().state;
  const body = (person: Person, more: object = {}): object => ({
    consent: true,
    contentSha256: request.contentSha256,
    stepUp: { password: passwordOf(person.name) },
    ...more,
  });
  const post = (person: Person, more: object = {}): Promise<Reply> =>
    person.post(`/signature-requests/${request.requestId}/signatures`, body(person, more));
  const verdictOf = async (pdf: Uint8Array): Promise<string> => {
    const form = new FormData();
    form.set("file", new Blob([Uint8Array.from(pdf)]), "a.pdf");
    const reply = await fetch(`${world.url}/api/v1/verify`, { method: "POST", body: form });
    return ((await reply.json()) as { verdict: string }).verdict;
  };

  it("[ATK-33] cannot sign for another, without consent, another text, or with another's password", async () => {
    const before = await view(request);
    (await post(cast.cleo)).refused("not-a-signatory", 403);
    (await post(cast.noor)).refused("not-allowed", 403);
    (await post(await world.person("Xavier"))).refused("not-found", 404);
    const ada = { memberId: cast.memberIds["ada"] };
    for (const more of [ada, { slot: "party-1" }, { accountId: cast.ada.id }, { name: "Ada" }]) {
      (await post(cast.ben, more)).refused("invalid-input", 422);
    }
    (await post(cast.ben, { consent: false })).refused("consent-missing");
    (await post(cast.ben, { contentSha256: "0".repeat(64) })).refused("content-mismatch");
    (await post(cast.ben, { documentSha256: "0".repeat(64) })).refused("content-mismatch");
    (await post(cast.ben, { stepUp: { password: passwordOf("Ada") } })).refused("step-up-failed");
    for (const stepUp of [
      {},
      { password: "" },
      { password: { $ne: "" } },
      null,
      { otp: "000000" },
    ]) {
      (await post(cast.ben, { stepUp })).refused("invalid-input", 422);
    }
    (await post(cast.ben, { authority: "x\nSigned: Ada" })).refused("invalid-input", 422);
    expect(await view(request)).to.deep.equal(before);
  });

  it("[ATK-35] cannot name signatories of another partnership, nobody, or twice the same", async () => {
    const other = await assemble(world);
    const { agreementId, version } = request;
    const ask = (memberIds: (string | undefined)[], who = cast.eli): Promise<Reply> =>
      who.post(`/agreements/${agreementId}/signature-requests`, {
        version,
        signatories: memberIds.map((memberId) => ({ memberId })),
      });
    const [ada, ben, pia] = ["ada", "ben", "pia"].map((name) => cast.memberIds[name]);
    (await ask([ada, ben, other.memberIds["pia"]])).refused("invalid-input", 422);
    (await ask([ada, ben])).refused("invalid-input", 422);
    (await ask([ada, ben, ben])).refused("invalid-input", 422);
    (await ask([ada, ben, cast.memberIds["noor"]])).refused("invalid-input", 422);
    (await ask([ada, ben, pia], other.eli)).refused("not-found", 404);
    (await ask([ada, ben, pia], cast.lina)).refused("not-allowed", 403);
  }).timeout(30_000);

  it("[ATK-36] finds no final document before the end: what is fetched early does not pass", async () => {
    const early = await cast.eli.get(`/signature-requests/${request.requestId}/document.pdf`);
    expect(await verdictOf(early.bytes)).to.not.equal("pass");
    (await cast.olga.get(`/archive?agreementId=${request.agreementId}`)).ok();
    const found = await cast.eli.get(`/archive?agreementId=${request.agreementId}`);
    expect(found.ok<{ items: unknown[] }>().items).to.deep.equal([]);
    const text = Buffer.from(early.bytes).toString("latin1").replace("Type /Page", "Type /Pagf");
    expect(await verdictOf(Buffer.from(text, "latin1"))).to.equal("fail");
  });

  it("[ATK-37] wins no race: one signature a person, however often sent, and one request an agreement", async () => {
    const approved = await approve(cast);
    const asks = await Promise.all(
      Array.from({ length: 8 }, () =>
        cast.eli.post(
          `/agreements/${approved.agreementId}/signature-requests`,
          {
            version: approved.version,
            signatories: ["ada", "ben", "pia"].map((key) => ({ memberId: cast.memberIds[key] })),
          },
          { prefer: "respond-async" },
        ),
      ),
    );
    const won = asks.filter(({ status }) => status === 201);
    expect(won).to.have.length(1);
    for (const lost of asks) if (lost.status !== 201) lost.refused("conflict", 409);
    const requestId = won[0]?.ok<{ id: string }>().id ?? "";
    const raced: Requested = { ...approved, requestId };
    await until(async () => (await view(raced)).state === "open", 60_000);
    const tries = await Promise.all(Array.from({ length: 10 }, () => sign(cast.ada, raced)));
    expect(tries.filter(({ status }) => status === 201)).to.have.length(1);
    for (const one of tries) if (one.status !== 201) one.refused("already-signed", 409);
    const signed = (await view(raced)).signatories.filter(({ status }) => status === "signed");
    expect(signed.map(({ memberId }) => memberId)).to.deep.equal([cast.memberIds["ada"]]);
    (await cast.eli.post(`/signature-requests/${requestId}/cancel`, { reason: "Enough" })).ok();
    (await sign(cast.ben, raced)).refused("request-not-open", 409);
  }).timeout(120_000);

  it("[ATK-38] cannot both withdraw and seal: a withdrawal beside the last signature leaves one end, signed and sealed or neither", async () => {
    const ends = new Set<string>();
    for (let round = 0; round < 4; round += 1) {
      const raced = await requestSignatures(cast, await approve(cast));
      for (const person of [cast.ada, cast.pia]) (await sign(person, raced)).ok(201);
      const withdraw = (): Promise<Reply> =>
        cast.ada.post(`/agreements/${raced.agreementId}/withdraw`, {});
      // The withdrawal comes earlier and later in the signing from round to round.
      const signing = sign(cast.ben, raced);
      await new Promise((resolve) => setTimeout(resolve, round * 60));
      const [signed, withdrawn] = await Promise.all([signing, withdraw()]);
      await until(async () => (await view(raced)).state !== "open");
      const settled = async (): Promise<string> =>
        `${(await view(raced)).state}, ${await stateOf(raced.agreementId)}`;
      await until(async () =>
        ["cancelled, withdrawn", "completed, sealed"].includes(await settled()),
      ).catch(async () => expect(await settled()).to.equal("one of the two ends"));
      ends.add(await settled());
      for (const { status, text } of [signed, withdrawn]) {
        expect(status, text).to.be.oneOf([200, 201, 409]);
      }
      expect((await settled()) === "completed, sealed").to.equal(signed.status === 201);
      const record = await cast.eli.get(`/archive?agreementId=${raced.agreementId}`);
      const isSealed = (await settled()) === "completed, sealed";
      if (!isSealed) expect(record.ok<{ items: unknown[] }>().items).to.deep.equal([]);
    }
    expect(ends.size).to.be.within(1, 2);
  }).timeout(120_000);

  it("[ATK-34] is stopped from guessing a signatory's password in an open session", async () => {
    const replies: Reply[] = [];
    for (let i = 0; i < 17; i += 1) {
      replies.push(await post(cast.pia, { stepUp: { password: `guess ${i}` } }));
    }
    replies.at(0)?.refused("step-up-failed");
    replies.at(-1)?.refused("too-many-requests", 429);
    (await post(cast.pia)).refused("too-many-requests", 429);
  });
});
