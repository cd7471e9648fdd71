import { expect } from "chai";
import { assemble } from "../../support/cast.ts";
import { plainTextOfPdf } from "../../support/pdf-text.ts";
import { World } from "../../support/world.ts";
import { SigningTable } from "./support.ts";

describe("the print of a version", function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());

  it("[RND-12] can be read by every member, before and after the decision, and by nobody else", async () => {
    const cast = await assemble(world);
    const table = new SigningTable(cast);
    const frozen = await table.assembly.version();
    const path = `/agreements/${frozen.agreementId}/versions/${frozen.version}.pdf`;
    const undecided = await cast.olga.get(path);
    expect(undecided.headers.get("content-type")).to.equal("application/pdf");
    const text = await plainTextOfPdf(undecided.bytes);
    expect(text).to.include(frozen.contentSha256.slice(0, 16));
    expect(text).to.not.include("Adoptée");
    const again = await cast.olga.get(path);
    expect(again.headers.get("etag")).to.equal(undecided.headers.get("etag"));

    const approved = await table.approved();
    const decided = await cast.ada.get(
      `/agreements/${approved.agreementId}/versions/${approved.version}.pdf`,
    );
    expect(await plainTextOfPdf(decided.bytes)).to.match(/Approuvée|Approved/u);
    const mallory = await world.person("Mallory");
    (await mallory.get(path)).refused("not-found", 404);
  });
});
