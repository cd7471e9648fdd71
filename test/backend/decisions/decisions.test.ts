import { expect } from "chai";
import { contentHash } from "../../../domain/kernel/canonical.ts";
import type { DecisionSummary, DecisionView } from "../../../domain/decisions/wire.ts";
import type { DomainEvent } from "../../../backend/platform/bus.ts";
import type { StoredDecision } from "../../../backend/decisions/decision-store.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { until, World } from "../../support/world.ts";
import { Assembly, HOUR_MS, simpleRule } from "./support.ts";

/** Short enough for the access tokens to outlive the clock's moves. */
const MINUTE_MS = 60_000;

describe("decisions", () => {
  let world: World;
  let cast: Cast;
  let house: Assembly;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    house = new Assembly(cast);
  });
  after(() => world.stop());

  it("[DEC-1] founds a committee with its rule in words and what the linter says", async () => {
    const committee = await house.committee();
    expect(committee.roll.map((seat) => seat.partnerId)).to.deep.equal([...cast.partnerIds]);
    expect(committee.words.fr[0]).to.equal("Le comité décide par écrit, sans réunion.");
    expect(committee.findings.map((f) => f.id)).to.deep.equal(["no-show-paradox"]);
    const listed = await cast.cleo.get(`/partnerships/${cast.partnershipId}/committees`);
    expect(listed.ok<{ items: { id: string }[] }>().items.map((c) => c.id)).to.include(
      committee.id,
    );
  });

  it("[DEC-1] refuses a partner or delegate that is not there, and a rule that can never pass", async () => {
    const stranger = await house.postCommittee(simpleRule, [{ partnerId: "nobody" }]);
    expect(stranger.refused("invalid-input", 422).errors?.[0]?.pointer).to.equal(
      "/roll/0/partnerId",
    );
    const foreign = house.roll([{ delegates: [cast.memberIds["ben"]] }]);
    const wrong = await house.postCommittee(simpleRule, foreign);
    expect(wrong.refused("invalid-input").errors?.[0]?.pointer).to.equal("/roll/0/delegates/0");
    const twice = await house.postCommittee(simpleRule, [...house.roll(), ...house.roll()]);
    twice.refused("invalid-input");
    const never = { approval: [{ ...simpleRule.approval?.[0], ratio: "1/1" }] };
    (await house.postCommittee(never as typeof simpleRule)).refused("rule-invalid", 422);
    const percent = { approval: [{ ...simpleRule.approval?.[0], ratio: "66.7%" }] };
    (await house.postCommittee(percent as typeof simpleRule)).refused("invalid-input");
  });

  it("[DEC-2] votes on a version from the proposal to the approval, with its arithmetic", async () => {
    const { agreementId, version, contentSha256 } = await house.version();
    const id = await house.open(simpleRule, { subject: { agreementId, version } });
    expect((await house.get(id)).subject).to.deep.equal({ agreementId, version, contentSha256 });
    for (const [person, choice] of [
      [cast.ada, "for"],
      [cast.ben, "for"],
      [cast.pia, "against"],
    ] as const)
      (await house.vote(person, id, { choice, contentSha256 })).ok(201);
    const closed = await house.close(id);
    expect(closed).to.include({ state: "closed", outcome: "approved", isFinal: true });
    expect(closed.arithmetic?.en).to.deep.equal([
      "Approved.",
      "Quorum: 3 of 3 partners; 2 needed (at least two thirds of all partners). Reached.",
      "Majority: 2 of 3 votes; 2 needed (more than half of the votes for and against). Reached.",
    ]);
    expect(await house.stateOf(agreementId)).to.equal("approved");
  });

  it("[DEC-2] sends the agreement back to its draft when the version is rejected", async () => {
    const { agreementId, version } = await house.version();
    const id = await house.open(simpleRule, { subject: { agreementId, version } });
    expect(await house.stateOf(agreementId)).to.equal("frozen");
    await house.voted(cast.ada, id, "against");
    await house.voted(cast.ben, id, "abstain");
    expect((await house.close(id)).outcome).to.equal("rejected");
    expect(await house.stateOf(agreementId)).to.equal("drafting");
  });

  it("[DEC-3] refuses a ballot that names another text, and counts nothing of it", async () => {
    const { agreementId, version } = await house.version();
    const id = await house.open(simpleRule, { subject: { agreementId, version } });
    const ballot = { choice: "for", contentSha256: "0".repeat(64) };
    (await house.vote(cast.ada, id, ballot)).refused("content-mismatch");
    expect((await house.get(id)).turnout).to.deep.equal({ voted: 0, voting: 3 });
    const unbound = await house.open();
    (await house.vote(cast.ada, unbound, ballot)).refused("content-mismatch");
  });

  it("[DEC-4] takes ballots only while the vote is open, and closes it by the clock", async () => {
    const draft = await house.draft();
    (await house.vote(cast.ada, draft, { choice: "for" })).refused("decision-not-open", 409);
    const times = {
      opensAt: new Date(Date.now() + 3 * MINUTE_MS).toISOString(),
      closesAt: new Date(Date.now() + 6 * MINUTE_MS).toISOString(),
    };
    const id = await house.open(simpleRule, times);
    (await house.vote(cast.ada, id, { choice: "for" })).refused("decision-not-open");
    world.clock.advance(3 * MINUTE_MS);
    await house.voted(cast.ada, id, "for");
    await house.voted(cast.ben, id, "for");
    world.clock.advance(3 * MINUTE_MS);
    (await house.vote(cast.pia, id, { choice: "for" })).refused("decision-not-open");
    expect(await house.get(id)).to.include({ state: "closed", outcome: "approved" });
    world.clock.advance(-6 * MINUTE_MS);
  });

  it("[DEC-5] lets a partner change its vote until the close, keeping one; or never, as the rule says", async () => {
    const id = await house.open();
    await house.voted(cast.ada, id, "against");
    const second = await house.voted(cast.ada, id, "for");
    const seen = await house.get(id, cast.ada);
    expect(seen.myBallot).to.include({ choice: "for", logIndex: second.logIndex });
    expect(seen.counts?.partner).to.include({ for: "1", against: "0" });
    const fixed = await house.open({ ...simpleRule, ballot: { changeable: "never" } });
    await house.voted(cast.ada, fixed, "against");
    (await house.vote(cast.ada, fixed, { choice: "for" })).refused("ballot-already-cast", 409);
  });

  it("[DEC-6] lets delegates vote in their rank, and nobody else of their partner", async () => {
    const { ada, cleo } = cast.memberIds;
    const ranked = await house.committee(simpleRule, house.roll([{ delegates: [ada, cleo] }]));
    const id = (await house.propose(ranked.id)).ok<DecisionView>().id;
    (await cast.eli.post(`/decisions/${id}/open`, {})).ok();
    await house.voted(cast.cleo, id, "against");
    await house.voted(cast.ada, id, "for");
    (await house.vote(cast.cleo, id, { choice: "against" })).refused("ballot-already-cast");
    expect((await house.get(id)).counts?.partner).to.include({ for: "1", against: "0" });
    const only = await house.committee(simpleRule, house.roll([{ delegates: [cleo] }]));
    const other = (await house.propose(only.id)).ok<DecisionView>().id;
    (await cast.eli.post(`/decisions/${other}/open`, {})).ok();
    (await house.vote(cast.ada, other, { choice: "for" })).refused("not-a-delegate", 403);
  });

  it("[DEC-7] lets only committee members of partners on the roll vote, and nobody outside see", async () => {
    const two = await house.committee(simpleRule, house.roll().slice(0, 2));
    const id = (await house.propose(two.id)).ok<DecisionView>().id;
    (await cast.eli.post(`/decisions/${id}/open`, {})).ok();
    (await house.vote(cast.pia, id, { choice: "for" })).refused("not-on-the-roll");
    (await house.vote(cast.olga, id, { choice: "for" })).refused("not-allowed", 403);
    const outsider = await world.person("Zoe");
    (await outsider.get(`/decisions/${id}`)).refused("not-found", 404);
    (await house.vote(outsider, id, { choice: "for" })).refused("not-found", 404);
    (await cast.cleo.post(`/decisions/${id}/close`, {})).refused("not-allowed", 403);
  });

  it("[DEC-8] hides results from everybody, the coordinator too, until the close when the rule says so", async () => {
    const id = await house.open({ ...simpleRule, ballot: { visibility: "after_close" } });
    await house.voted(cast.ada, id, "for");
    const hidden = await house.get(id);
    expect(hidden).to.include({ tests: null, counts: null, arithmetic: null });
    expect(hidden.seats.map((seat) => [seat.hasVoted, seat.choice])).to.deep.equal([
      [true, null],
      [false, null],
      [false, null],
    ]);
    expect((await house.get(id, cast.ada)).myBallot?.choice).to.equal("for");
    await house.voted(cast.ben, id, "for");
    expect((await house.close(id)).seats.map((seat) => seat.choice)).to.deep.equal([
      "for",
      "for",
      null,
    ]);
  });

  it("[DEC-9] closes once: closing again answers the same, and nothing reopens it", async () => {
    const id = await house.open();
    const [first, second] = await Promise.all([house.close(id), house.close(id)]);
    expect(first).to.deep.equal(second);
    expect(await house.close(id)).to.deep.equal(first);
    expect(first?.outcome).to.equal("no_quorum");
    (await cast.eli.post(`/decisions/${id}/open`, {})).refused("conflict");
    (await cast.eli.post(`/decisions/${id}/withdraw`, {})).refused("conflict");
    (await house.vote(cast.ada, id, { choice: "for" })).refused("decision-not-open");
  });

  it("[DEC-10] freezes rule and roll at the opening, by their hashes", async () => {
    const decision = await house.get(await house.open());
    expect(decision.ruleSha256).to.equal(contentHash(decision.rule));
    expect(decision.rollSha256).to.equal(contentHash(decision.roll));
  });

  it("[DEC-11] withdraws a question, before or during the vote", async () => {
    const draft = await house.draft();
    const gone = await cast.eli.post(`/decisions/${draft}/withdraw`, {});
    expect(gone.ok<DecisionView>().state).to.equal("withdrawn");
    const { agreementId, version } = await house.version();
    const open = await house.open(simpleRule, { subject: { agreementId, version } });
    (await cast.eli.post(`/decisions/${open}/withdraw`, {})).ok();
    expect(await house.stateOf(agreementId)).to.equal("drafting");
    (await house.vote(cast.ada, open, { choice: "for" })).refused("decision-not-open");
  });

  it("[DEC-12] records recusals and vetoes as the rule allows them", async () => {
    const id = await house.open({ ...simpleRule, quorum: [], veto: {} });
    await house.voted(cast.ada, id, "for");
    await house.voted(cast.ben, id, "against");
    const recused = await cast.ben.post(`/decisions/${id}/recusals`, {
      ground: "Conflit d’intérêts",
    });
    expect(recused.ok<DecisionView>(201).counts?.partner).to.include({
      against: "0",
      voting: "2",
      members: "3",
    });
    (await house.vote(cast.ben, id, { choice: "for" })).refused("not-on-the-roll");
    const veto = await cast.pia.post(`/decisions/${id}/vetoes`, { ground: "Le budget double" });
    veto.ok(201);
    expect((await house.close(id)).outcome).to.equal("vetoed");
    const plain = await house.open();
    (await cast.pia.post(`/decisions/${plain}/vetoes`, { ground: "x" })).refused("not-allowed");
  });

  it("[DEC-13] waits for a confirmation when the rule binds later than at the close", async () => {
    const { agreementId, version } = await house.version();
    const rule = { ...simpleRule, binding: "on_minutes_accepted" } as const;
    const id = await house.open(rule, { subject: { agreementId, version } });
    await house.voted(cast.ada, id, "for");
    await house.voted(cast.ben, id, "for");
    expect(await house.close(id)).to.include({ outcome: "approved", isFinal: false });
    expect(await house.stateOf(agreementId)).to.equal("frozen");
    const { approvals } = world.app.features.decisions;
    expect(await approvals.findApproval(agreementId, version)).to.equal(undefined);
    const confirmed = await cast.eli.post(`/decisions/${id}/confirm`, {});
    expect(confirmed.ok<DecisionView>().isFinal).to.equal(true);
    expect(await house.stateOf(agreementId)).to.equal("approved");
    expect((await approvals.findApproval(agreementId, version))?.decisionId).to.equal(id);
  });

  it("[DEC-14] refuses a question on another partnership's version, an unknown version, or times out of order", async () => {
    const { agreementId, version } = await house.version();
    const { id } = await house.committee();
    (await house.propose(id, { subject: { agreementId, version: version + 1 } })).refused(
      "version-unknown",
    );
    const late = await house.propose(id, { closesAt: new Date(Date.now() - 1).toISOString() });
    expect(late.refused("invalid-input").errors?.[0]?.pointer).to.equal("/closesAt");
    const elsewhere = (await cast.eli.post("/partnerships", { name: "Ailleurs" })).ok<{
      id: string;
    }>();
    const body = {
      committeeId: id,
      title: "T",
      closesAt: new Date(Date.now() + HOUR_MS).toISOString(),
    };
    (await cast.eli.post(`/partnerships/${elsewhere.id}/decisions`, body)).refused(
      "not-found",
      404,
    );
  });

  it("[DEC-15] loses no acknowledged ballot when many arrive at once, and logs each once", async () => {
    const id = await house.open();
    const voters = [cast.ada, cast.ben, cast.pia];
    const casts = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        house.voted(voters[i % 3] ?? cast.ada, id, i < 12 ? "against" : "for"),
      ),
    );
    const indices = casts.map((cast) => cast.logIndex);
    expect(new Set(indices).size).to.equal(24);
    const [first = 0] = indices.toSorted((a, b) => a - b);
    const entries = await world.app.features.decisions.log.entries(cast.partnershipId, first);
    expect(entries.filter((text) => text.includes(id))).to.have.length(24);
    expect((await house.get(id)).turnout).to.deep.equal({ voted: 3, voting: 3 });
  });

  it("[DEC-16] finishes what a crash left unsaid: the log gets the ballot before anything else happens", async () => {
    const id = await house.open();
    await house.voted(cast.ada, id, "for");
    const model = world.app.storage.connection.model<StoredDecision>("Decision");
    const read = () => model.findById(id).lean<StoredDecision>().exec();
    const stored = await read();
    if (stored?.decision.state !== "open") throw new Error("not open");
    const lost = {
      event: "ballot",
      id: "lost-ballot",
      index: null,
      at: new Date().toISOString(),
    } as const;
    const ben = {
      partner: cast.partnerIds[1],
      person: cast.memberIds["ben"] ?? "",
      salt: "ab".repeat(32),
    };
    const ballot = { ...lost, ...ben, choice: "for", comment: "" } as const;
    const decision = { ...stored.decision, record: [...stored.decision.record, ballot] };
    await model.updateOne({ _id: id }, { $set: { decision, isSettled: false } });
    await house.get(id);
    const settled = await read();
    expect(settled?.isSettled).to.equal(true);
    expect((await house.get(id, cast.ben)).myBallot?.logIndex).to.be.a("number");
    expect((await house.close(id)).outcome).to.equal("approved");
  });

  it("[DEC-17] announces what happened without saying who chose what", async () => {
    const events: DomainEvent[] = [];
    const stop = world.app.bus.subscribe("", (event) => void events.push(event));
    const id = await house.open();
    await house.voted(cast.ada, id, "against");
    await house.close(id);
    const types = ["decision.proposed", "decision.opened", "ballot.cast", "decision.closed"];
    await until(() => events.some((event) => event.type === "decision.closed"));
    stop();
    expect(events.map((event) => event.type).filter((type) => types.includes(type))).to.deep.equal(
      types,
    );
    expect(JSON.stringify(events)).to.not.include("against");
  });

  it("[DEC-18] lists decisions with what waits for the caller", async () => {
    const id = await house.open();
    const path = `/partnerships/${cast.partnershipId}/decisions`;
    const mine = async () =>
      (await cast.ada.get(path)).ok<{ items: DecisionSummary[] }>().items.find((d) => d.id === id);
    expect(await mine()).to.include({ awaitsMe: true, state: "open" });
    await house.voted(cast.ada, id, "for");
    expect(await mine()).to.deep.include({ awaitsMe: false, turnout: { voted: 1, voting: 3 } });
  });

  it("[DEC-21] closes by itself, where the rule says so, with the last ballot", async () => {
    const ballot = { changeable: "never", earlyClose: true } as const;
    const id = await house.open({ ...simpleRule, ballot });
    for (const person of [cast.ada, cast.ben]) await house.voted(person, id, "for");
    expect((await house.get(id)).state).to.equal("open");
    await house.voted(cast.pia, id, "against");
    expect(await house.get(id)).to.include({ state: "closed", outcome: "approved" });
  });
});
