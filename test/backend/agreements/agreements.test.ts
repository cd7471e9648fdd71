import { expect } from "chai";
import { sha256Hex } from "../../../domain/kernel/canonical.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { World } from "../../support/world.ts";

interface AgreementBody {
  id: string;
  state: string;
  revision: string;
  facts: Record<string, unknown>;
  text: { type: string; content: unknown[] };
  permissions: Record<string, boolean>;
}

describe("agreements", () => {
  let world: World;
  let cast: Cast;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
  });
  after(() => world.stop());

  const start = async (): Promise<AgreementBody> => {
    const reply = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Notre gouvernance",
    });
    return reply.ok<AgreementBody>(201);
  };

  it("[AGR-1] start from a template with the partners as parties", async () => {
    const agreement = await start();
    expect(agreement.state).to.equal("drafting");
    const parties = agreement.facts["parties"] as { id: string }[];
    expect(parties.map((party) => party.id)).to.deep.equal([...cast.partnerIds]);
    expect(agreement.text.content.length).to.be.greaterThan(5);
    expect(agreement.permissions).to.include({ write: true, freeze: true });
  });

  it("[AGR-2] refuse a template, and a parameter, that does not exist", async () => {
    const path = `/partnerships/${cast.partnershipId}/agreements`;
    const body = { templateId: "nonesuch", language: "fr", title: "T" };
    (await cast.ada.post(path, body)).refused("unknown-template", 422);
    const wrong = await cast.ada.post(path, {
      ...body,
      templateId: "gouvernance",
      facts: { no_such_parameter: 1 },
    });
    const { errors } = wrong.refused("unknown-parameter", 422);
    expect(errors?.map((problem) => problem.pointer)).to.deep.equal(["/no_such_parameter"]);
  });

  it("[AGR-3] take facts with If-Match, and refuse a stale write", async () => {
    const agreement = await start();
    const facts = { ...agreement.facts, notice_days: 21 };
    const path = `/agreements/${agreement.id}/facts`;
    (await cast.ben.put(path, facts)).refused("stale-write", 412);
    const written = await cast.ben.put(path, facts, { "if-match": `"${agreement.revision}"` });
    const after = written.ok<AgreementBody>();
    expect(after.facts["notice_days"]).to.equal(21);
    const stale = await cast.ada.put(path, facts, { "if-match": `"${agreement.revision}"` });
    stale.refused("stale-write", 412);
  });

  it("[AGR-4] freeze into versions whose bytes hash to what they say and never change", async () => {
    const agreement = await start();
    const path = `/agreements/${agreement.id}/versions`;
    const first = (await cast.ada.post(path, { label: "Première" })).ok<{
      number: number;
      contentSha256: string;
    }>(201);
    expect(first.number).to.equal(1);
    const bytes = await cast.ben.get(`${path}/1.json`);
    expect(sha256Hex(bytes.bytes)).to.equal(first.contentSha256);
    const facts = { ...agreement.facts, notice_days: 30 };
    (
      await cast.ben.put(`/agreements/${agreement.id}/facts`, facts, {
        "if-match": agreement.revision,
      })
    ).ok();
    const second = (await cast.ada.post(path, {})).ok<{ number: number; contentSha256: string }>(
      201,
    );
    expect(second.number).to.equal(2);
    expect(second.contentSha256).to.not.equal(first.contentSha256);
    expect(sha256Hex((await cast.ben.get(`${path}/1.json`)).bytes)).to.equal(first.contentSha256);
    (await cast.ben.get(`${path}/3`)).refused("version-unknown", 404);
  });

  it("[AGR-5] close to every edit when locked, and open again", async () => {
    const agreement = await start();
    (await cast.ada.post(`/agreements/${agreement.id}/versions`, { lock: true })).ok(201);
    const locked = (await cast.ada.get(`/agreements/${agreement.id}`)).ok<AgreementBody>();
    expect(locked.state).to.equal("frozen");
    expect(locked.permissions).to.include({ write: false, reopen: true });
    const write = () =>
      cast.ada.put(`/agreements/${agreement.id}/facts`, locked.facts, {
        "if-match": locked.revision,
      });
    (await write()).refused("agreement-frozen", 409);
    (await cast.ada.post(`/agreements/${agreement.id}/reopen`, {})).ok();
    (await write()).ok();
  });

  it("[AGR-6] give two people who freeze at once two versions", async () => {
    const agreement = await start();
    const path = `/agreements/${agreement.id}/versions`;
    const replies = await Promise.all(
      [cast.ada, cast.ben, cast.pia].map((who) => who.post(path, {})),
    );
    const numbers = replies.map((reply) => reply.ok<{ number: number }>(201).number);
    expect(numbers).to.have.members([1, 2, 3]);
  });

  it("[AGR-7] report what the checks find", async () => {
    const agreement = await start();
    const { items } = (await cast.olga.get(`/agreements/${agreement.id}/findings`)).ok<{
      items: { id: string; level: string; message: string }[];
    }>();
    expect(items.length).to.be.greaterThan(0);
    for (const finding of items) expect(finding.message).to.be.a("string").and.not.equal("");
  });

  it("[AGR-8] survive a stop and a start", async () => {
    const kept = await World.start();
    const people = await assemble(kept);
    const body = { templateId: "gouvernance", language: "en", title: "Kept" };
    const made = (
      await people.ada.post(`/partnerships/${people.partnershipId}/agreements`, body)
    ).ok<AgreementBody>(201);
    await kept.app.close();
    const again = await World.start(kept.dataDir);
    try {
      const ada = again.as(people.ada);
      const read = (await ada.get(`/agreements/${made.id}`)).ok<AgreementBody>();
      expect(read.revision).to.equal(made.revision);
    } finally {
      await again.stop();
    }
  });
});
