import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newCommitteeOf } from "../support/committee.ts";
import { assemble, type Cast } from "../support/cast.ts";
import { ChildInstance } from "../support/child.ts";
import type { Person } from "../support/person.ts";
import { randomFrom, seedOfRun } from "../support/random.ts";
import { until } from "../support/world.ts";
import { Typist } from "../support/typist.ts";

const ROUNDS = Number(process.env["CRASH_ROUNDS"] ?? 20);

interface Ledger {
  /** Markers acknowledged as saved. */
  readonly markers: Set<string>;
  /** By voter: comments of ballots sent, and how many of them were answered as counted. */
  readonly ballots: Map<string, { sent: string[]; counted: number }>;
}

describe("a server that is killed", function () {
  this.timeout(300_000);
  const seed = seedOfRun();
  const random = randomFrom(seed);
  let dataDir: string;
  let instance: ChildInstance;
  let cast: Cast;
  let agreementId: string;
  let decisionId: string;
  const ledger: Ledger = { markers: new Set(), ballots: new Map() };

  before(async () => {
    console.log(`        seed ${seed}, ${ROUNDS} rounds`);
    dataDir = await mkdtemp(join(tmpdir(), "entente-crash-"));
    instance = await ChildInstance.start(dataDir);
    cast = await assemble(instance);
    const { ada, eli, partnershipId } = cast;
    const made = async (person: Person, path: string, body: unknown): Promise<string> =>
      (await person.post(path, body)).ok<{ id: string }>(201).id;
    agreementId = await made(ada, `/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Sous l’orage",
    });
    (await ada.post(`/agreements/${agreementId}/versions`, {})).ok(201);
    const committeeId = await made(
      eli,
      `/partnerships/${partnershipId}/committees`,
      newCommitteeOf(cast),
    );
    decisionId = await made(eli, `/partnerships/${partnershipId}/decisions`, {
      committeeId,
      title: "Sans objet, pour voter sous l’orage",
      closesAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
    (await eli.post(`/decisions/${decisionId}/open`, {})).ok();
  });
  after(async () => {
    await instance?.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  const vote = async (voter: Person, round: number, isOver: () => boolean): Promise<void> => {
    const record = ledger.ballots.get(voter.name) ?? { sent: [], counted: 0 };
    ledger.ballots.set(voter.name, record);
    for (let n = 0; !isOver(); n += 1) {
      const comment = `${voter.name}-${round}-${n}`;
      record.sent.push(comment);
      const choice = n % 2 === 0 ? "for" : "against";
      const reply = await voter
        .post(`/decisions/${decisionId}/ballots`, { choice, comment })
        .catch(() => undefined);
      if (!reply) return;
      if (reply.status !== 201) throw new Error(`a ballot was refused: ${reply.text}`);
      record.counted = record.sent.length;
    }
  };

  const type = async (typist: Typist, who: string, isOver: () => boolean): Promise<void> => {
    for (let n = 0; !isOver(); n += 1) {
      typist.type(`${who}-${n}`);
      await new Promise((resolve) => setTimeout(resolve, 5 + random() * 20));
    }
  };

  const storm = async (round: number): Promise<void> => {
    const [ada, ben] = [instance.as(cast.ada), instance.as(cast.ben)];
    const typists = [await Typist.open(ada, agreementId), await Typist.open(ben, agreementId)];
    let over = false;
    const isOver = (): boolean => over;
    const work = [
      ...typists.map((typist, index) => type(typist, `mark-${round}-${index}`, isOver)),
      vote(ada, round, isOver),
      vote(ben, round, isOver),
    ];
    await until(() => [...ledger.ballots.values()].some((one) => one.sent.length > 1), 60_000);
    await new Promise((resolve) => setTimeout(resolve, random() * 900));
    await instance.kill();
    over = true;
    await Promise.all(work);
    for (const typist of typists) {
      for (const marker of typist.saved) ledger.markers.add(marker);
      typist.leave();
    }
  };

  const verify = async (): Promise<void> => {
    const fresh = await Typist.open(instance.as(cast.pia), agreementId);
    const text = fresh.text;
    fresh.leave();
    const missing = [...ledger.markers].filter((marker) => !text.includes(`>${marker}<`));
    expect(missing, "saved words that are gone").to.deep.equal([]);
    for (const voter of [cast.ada, cast.ben]) {
      const record = ledger.ballots.get(voter.name);
      const view = (await instance.as(voter).get(`/decisions/${decisionId}`)).ok<{
        myBallot: { comment: string } | null;
      }>();
      const found = record?.sent.indexOf(view.myBallot?.comment ?? "") ?? -1;
      expect(found + 1, `${voter.name}'s ballot`).to.be.at.least(record?.counted ?? 0);
    }
  };

  it("[CRH-1] loses nothing that was shown as saved or counted", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await storm(round);
      instance = await ChildInstance.start(dataDir);
      await verify();
    }
    const counted = [...ledger.ballots.values()].reduce((sum, one) => sum + one.counted, 0);
    console.log(`        ${ledger.markers.size} saved edits, ${counted} counted ballots, 0 lost`);
    expect(ledger.markers.size).to.be.greaterThan(ROUNDS);
    expect(counted).to.be.greaterThan(ROUNDS);
  });

  it("[CRH-2] stops cleanly within five seconds when asked", async () => {
    const started = Date.now();
    expect(await instance.stop()).to.equal(0);
    expect(Date.now() - started).to.be.lessThan(5_000);
    instance = await ChildInstance.start(dataDir);
    await verify();
  });
});
