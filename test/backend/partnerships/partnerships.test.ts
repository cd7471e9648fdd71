import { expect } from "chai";
import { assemble, type Cast } from "../../support/cast.ts";
import { World } from "../../support/world.ts";

describe("partnerships", () => {
  let world: World;
  let cast: Cast;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
  });
  after(() => world.stop());

  it("[PRT-1] makes the one who opens it its coordinator, and shows it to members only", async () => {
    const { eli, ada, partnershipId } = cast;
    const mine = (await eli.get(`/partnerships/${partnershipId}`)).ok<{
      me: { roles: string[] };
    }>();
    expect(mine.me.roles).to.deep.equal(["coordinator"]);
    const adas = (await ada.get("/partnerships")).ok<{ items: { id: string }[] }>();
    expect(adas.items.map((one) => one.id)).to.deep.equal([partnershipId]);
    const mallory = await world.person("Mallory");
    (await mallory.get(`/partnerships/${partnershipId}`)).refused("not-found", 404);
    expect((await mallory.get("/partnerships")).ok<{ items: unknown[] }>().items).to.deep.equal([]);
  });

  it("[PRT-2] lets an invitation be accepted once, by the address it was sent to, in time", async () => {
    const { eli, partnershipId, partnerIds } = cast;
    const guest = await world.person("Gus");
    const mallory = await world.person("Mallory");
    const invite = (email: string) =>
      eli.post(`/partnerships/${partnershipId}/invitations`, {
        email,
        partnerId: partnerIds[0],
        roles: ["observer"],
      });
    (await invite(guest.email)).ok(201);
    const token = await world.invitationTokenFor(guest.email);
    const shown = (await world.stranger().get(`/invitations/${token}`)).ok<{ emailHint: string }>();
    expect(shown.emailHint).to.match(/^g…@/);
    (await mallory.post(`/invitations/${token}/accept`, {})).refused("invitation-for-another", 403);
    (await guest.post(`/invitations/${token}/accept`, {})).ok(201);
    (await guest.post(`/invitations/${token}/accept`, {})).refused("invitation-expired", 410);
    (await invite(mallory.email)).ok(201);
    const late = await world.invitationTokenFor(mallory.email);
    world.clock.advance(15 * 86_400_000);
    try {
      (await world.stranger().get(`/invitations/${late}`)).refused("invitation-expired", 410);
    } finally {
      world.clock.advance(-15 * 86_400_000);
    }
  });

  it("[PRT-3] refuses an invitation to a partner of another partnership", async () => {
    const other = await assemble(world);
    const reply = await cast.eli.post(`/partnerships/${cast.partnershipId}/invitations`, {
      email: "somebody@example.org",
      partnerId: other.partnerIds[0],
      roles: ["lead"],
    });
    reply.refused("not-found", 404);
  });

  it("[PRT-4] shuts a removed member out at once, and keeps the last coordinator", async () => {
    const { eli, partnershipId, partnerIds, memberIds } = cast;
    const guest = await world.person("Gil");
    const member = await world.join(eli, guest, {
      partnershipId,
      partnerId: partnerIds[1],
      roles: ["lawyer"],
    });
    (await guest.get(`/partnerships/${partnershipId}`)).ok();
    (await eli.send("DELETE", `/partnerships/${partnershipId}/members/${member.id}`)).ok();
    (await guest.get(`/partnerships/${partnershipId}`)).refused("not-found", 404);
    (
      await eli.send("DELETE", `/partnerships/${partnershipId}/members/${memberIds["eli"]}`)
    ).refused("conflict", 409);
  });

  it("[PRT-6] lets whoever adds a partner act for it, and for one only", async () => {
    const { eli, partnershipId } = cast;
    const add = (name: string) =>
      eli.post(`/partnerships/${partnershipId}/partners`, {
        name,
        sector: "association",
        actFor: true,
      });
    const mine = (await add("Association Relais")).ok<{ id: string }>(201);
    const { me } = (await eli.get(`/partnerships/${partnershipId}`)).ok<{
      me: { partnerId: string; roles: string[] };
    }>();
    expect(me.partnerId).to.equal(mine.id);
    expect(me.roles).to.have.members(["coordinator", "lead", "committee"]);
    (await add("Association Deux")).refused("conflict", 409);
  });

  it("[PRT-5] names every unacceptable field, and does twice-sent writes once", async () => {
    const { eli, partnershipId } = cast;
    const bad = await eli.post(`/partnerships/${partnershipId}/partners`, {
      name: "",
      sector: "pirates",
      colour: "red",
    });
    const pointers = bad.refused("invalid-input", 422).errors?.map((problem) => problem.pointer);
    expect(pointers).to.have.members(["/name", "/sector", "/colour"]);
    const add = () =>
      eli.post(
        `/partnerships/${partnershipId}/partners`,
        { name: "Fondation Une", sector: "foundation" },
        { "idempotency-key": "once-only" },
      );
    const [first, second] = [await add(), await add()];
    expect(second.ok<{ id: string }>(201).id).to.equal(first.ok<{ id: string }>(201).id);
  });
});
