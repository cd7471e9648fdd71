import { expect } from "chai";
import { checkAll } from "../../../backend/cli/check.ts";
import { readConfig } from "../../../backend/config.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { approve, requestSignatures, seal, sign } from "../../support/line.ts";
import { until, World } from "../../support/world.ts";
import { backupHere, contentIn, entente, restoreHere, Workshop } from "./command.ts";

interface Titled {
  items: { id: string; title: string }[];
}

describe("the product, backed up while people work", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  before(() => shop.open());
  after(() => shop.close());

  const soundness = async (dataDir: string): Promise<string[]> => {
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    await checkAll(undefined, { say, note: () => {} }, readConfig({ DATA_DIR: dataDir }));
    return lines;
  };

  const titles = async ({ ada, partnershipId }: Cast): Promise<Set<string>> => {
    const reply = await ada.get(`/partnerships/${partnershipId}/agreements`);
    return new Set(reply.ok<Titled>().items.map(({ title }) => title));
  };

  it("[BKP-2] is restored elsewhere with all that was answered before, sound, and goes on there", async () => {
    const dataDir = shop.fresh();
    const world = await World.start(dataDir);
    const cast = await assemble(world);
    const sealed = await seal(cast);
    const open = await requestSignatures(cast, await approve(cast));
    const stop = new AbortController();
    const answered: string[] = [];
    const writers = [0, 1].map(async (writer) => {
      for (let n = 0; !stop.signal.aborted; n++) {
        const title = `Convention ${writer}-${n}`;
        const body = { templateId: "partage-couts-benefices", language: "fr", title };
        const made = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, body);
        const { id } = made.ok<{ id: string }>(201);
        (await cast.ada.post(`/agreements/${id}/versions`, { label: "Essai" })).ok(201);
        answered.push(title);
      }
    });
    await until(() => answered.length > 4, 30_000);
    const before = [...answered];
    const dir = shop.fresh();
    const taken = await entente(dataDir, ["backup", dir, "--with-keys"]).finally(() =>
      stop.abort(),
    );
    await Promise.all(writers);
    await world.stop();
    expect(answered.length).to.be.greaterThan(before.length);

    const elsewhere = shop.fresh();
    await restoreHere(dir, elsewhere);
    expect(await backupHere(elsewhere, shop.fresh())).to.equal(contentIn(taken));
    expect(await soundness(elsewhere)).to.deep.equal(["Sound."]);

    const there = await World.start(elsewhere);
    const again = { ...cast, ada: there.as(cast.ada), eli: there.as(cast.eli) };
    expect([...(await titles(again))]).to.include.members(before);
    const pdf = await again.eli.get(`/signature-requests/${sealed.requestId}/document.pdf`);
    expect(Buffer.compare(pdf.bytes, sealed.pdf)).to.equal(0);
    for (const person of [cast.ada, cast.ben, cast.pia])
      (await sign(there.as(person), open)).ok(201);
    await there.stop();
    expect(await soundness(elsewhere)).to.deep.equal(["Sound."]);
  });
});
