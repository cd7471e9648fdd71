import { join } from "node:path";
import { expect } from "chai";
import { createLog } from "../../../backend/platform/log.ts";
import { randomIds } from "../../../backend/platform/ids.ts";
import { createSigning, openAuthority, type Signing } from "../../../backend/signing/index.ts";
import { verifyPdf } from "../../../backend/archive/index.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { passwordOf, World } from "../../support/world.ts";
import { SigningTable } from "./support.ts";

describe("signing by two processes at once", function () {
  this.timeout(60_000);
  let world: World;
  let cast: Cast;
  let twin: Signing;
  let table: SigningTable;

  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    table = new SigningTable(cast);
    twin = await secondSigning(world);
  });
  after(async () => {
    await twin.close();
    await world.stop();
  });

  it("[SIG-28] keeps both signatures, the later one on top of the earlier", async () => {
    const request = await table.request(await table.approved());
    const signOverThere = (name: "ben" | "pia") =>
      twin.service.sign({ accountId: cast[name].id, sessionId: "" }, request.id, {
        consent: true,
        contentSha256: request.contentSha256,
        stepUp: { password: passwordOf(cast[name].name) },
      });
    await Promise.all([
      table.signed(cast.ada, request),
      signOverThere("ben"),
      signOverThere("pia"),
    ]);
    const done = await table.get(request.id);
    expect(done.state).to.equal("completed");
    const root = new Uint8Array(await (await fetch(`${world.url}/pki/ca.cer`)).arrayBuffer());
    const { bytes } = await table.document(request.id);
    const { vkey } = world.app.features.decisions.log.key(cast.partnershipId);
    const options = { roots: [root], now: world.clock.now(), logKeys: [vkey] };
    expect((await verifyPdf(bytes, options)).verdict).to.equal("pass");
  });

  it("[SIG-28] lets one of two requests for the same agreement through", async () => {
    const approved = await table.approved();
    const input = {
      version: approved.version,
      signatories: table.signatories(),
      order: "parallel" as const,
      waitMs: 0,
    };
    const actor = { accountId: cast.ada.id, sessionId: "" };
    const outcomes = await Promise.allSettled([
      world.app.features.signing.service.request(actor, approved.agreementId, input),
      twin.service.request(actor, approved.agreementId, input),
    ]);
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).to.have.length(1);
    expect(refused[0]?.reason).to.include({ name: "Refusal", code: "conflict" });
  });
});

/** A second process's signing: the same storage and keys, nothing shared in memory. */
async function secondSigning({ app, clock, dataDir }: World): Promise<Signing> {
  const { agreements, decisions, identity, partnerships } = app.features;
  const instance = "entente.local";
  const publicUrl = "http://localhost:3000";
  const folder = join(dataDir, "pki");
  // The model is forgotten, not the collection: the second process compiles its own.
  app.storage.connection.deleteModel("SignatureRequest");
  const signing = createSigning({
    connection: app.storage.connection,
    blobs: app.storage.blobs,
    authority: await openAuthority({ folder, instance, publicUrl, clock }),
    access: partnerships.access,
    ports: {
      approvals: decisions.approvals,
      identity: identity.service,
      agreements: agreements.service,
      partnerships: partnerships.service,
    },
    instance,
    clock,
    ids: randomIds,
    bus: app.bus,
    log: createLog("silent"),
  });
  await app.storage.ready();
  return signing;
}
