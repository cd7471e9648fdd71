import { expect } from "chai";
import { World } from "../../support/world.ts";
import type { Person } from "../../support/person.ts";

interface Detail {
  id: string;
  languages: string[];
  parameters: Record<string, { type: string }>;
  sampleFacts: Record<string, unknown>;
  preview: Record<string, { type: string }>;
  guidance: Record<string, Record<string, string[]>>;
}

describe("the template library's doors", () => {
  let world: World;
  let ada: Person;
  before(async () => {
    world = await World.start();
    ada = await world.person("Ada");
  });
  after(() => world.stop());

  it("[TPL-30] list the templates with how many articles each has", async () => {
    const { items } = (await ada.get("/templates")).ok<{
      items: { id: string; articleCount: number }[];
    }>();
    expect(items.map(({ id, articleCount }) => [id, articleCount])).to.deep.equal([
      ["gouvernance", 23],
      ["partage-couts-benefices", 17],
      ["partage-risques", 16],
    ]);
  });

  it("[TPL-31] show one with its parameters, languages, sample facts, notes and a preview", async () => {
    const detail = (await ada.get("/templates/gouvernance")).ok<Detail>();
    expect(detail.languages).to.deep.equal(["fr", "en"]);
    expect(detail.parameters["quorum_first"]?.type).to.equal("ratio");
    expect(detail.sampleFacts["quorum_first"]).to.equal("2/3");
    expect(JSON.stringify(detail.preview["fr"])).to.contain("les deux tiers");
    expect(detail.guidance["en"]?.["quorum"]?.[0]).to.contain("second call");
  });

  it("[TPL-32] do not find an unknown template, and refuse a stranger", async () => {
    (await ada.get("/templates/nope")).refused("not-found", 404);
    expect((await world.stranger().get("/templates")).status).to.equal(401);
  });
});
