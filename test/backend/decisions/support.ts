import type { RuleInput } from "../../../domain/decisions/rule.ts";
import type { CastBallot, Committee, DecisionView } from "../../../domain/decisions/wire.ts";
import type { Cast } from "../../support/cast.ts";
import type { Person, Reply } from "../../support/world.ts";

/** Two thirds of the partners present, more than half of the votes cast. */
export const simpleRule: RuleInput = {
  quorum: [{ of: "present", base: "members", unit: "partner", cmp: "gte", ratio: "2/3" }],
  approval: [{ of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" }],
};

/** One hour, in milliseconds. */
export const HOUR_MS = 3_600_000;

/** A vote in preparation: what the tests below say of it, through the doors people use. */
export class Assembly {
  readonly cast: Cast;

  constructor(cast: Cast) {
    this.cast = cast;
  }

  /** One seat for each partner, with further properties where given. */
  roll(more: readonly Record<string, unknown>[] = []): Record<string, unknown>[] {
    return this.cast.partnerIds.map((partnerId, i) => ({ partnerId, ...more[i] }));
  }

  postCommittee(
    rule: RuleInput,
    roll: readonly Record<string, unknown>[] = this.roll(),
  ): Promise<Reply> {
    const path = `/partnerships/${this.cast.partnershipId}/committees`;
    return this.cast.eli.post(path, { name: "Comité de pilotage", rule, roll });
  }

  async committee(
    rule: RuleInput = simpleRule,
    roll?: readonly Record<string, unknown>[],
  ): Promise<Committee> {
    return (await this.postCommittee(rule, roll)).ok<Committee>(201);
  }

  propose(committeeId: string, more: Record<string, unknown> = {}): Promise<Reply> {
    return this.cast.eli.post(`/partnerships/${this.cast.partnershipId}/decisions`, {
      committeeId,
      title: "Adopter la charte",
      closesAt: new Date(Date.now() + HOUR_MS).toISOString(),
      ...more,
    });
  }

  async draft(rule: RuleInput = simpleRule, more: Record<string, unknown> = {}): Promise<string> {
    const { id } = await this.committee(rule);
    return (await this.propose(id, more)).ok<DecisionView>(201).id;
  }

  async open(rule: RuleInput = simpleRule, more: Record<string, unknown> = {}): Promise<string> {
    const id = await this.draft(rule, more);
    (await this.cast.eli.post(`/decisions/${id}/open`, {})).ok(200);
    return id;
  }

  vote(person: Person, id: string, ballot: Record<string, unknown>): Promise<Reply> {
    return person.post(`/decisions/${id}/ballots`, ballot);
  }

  async voted(person: Person, id: string, choice: string): Promise<CastBallot> {
    return (await this.vote(person, id, { choice })).ok<CastBallot>(201);
  }

  async close(id: string): Promise<DecisionView> {
    return (await this.cast.eli.post(`/decisions/${id}/close`, {})).ok<DecisionView>(200);
  }

  async get(id: string, person: Person = this.cast.eli): Promise<DecisionView> {
    return (await person.get(`/decisions/${id}`)).ok<DecisionView>(200);
  }

  /** An agreement with one version. */
  async version(): Promise<{ agreementId: string; version: number; contentSha256: string }> {
    const { ada, partnershipId } = this.cast;
    const started = await ada.post(`/partnerships/${partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Notre gouvernance",
    });
    const agreementId = started.ok<{ id: string }>(201).id;
    const frozen = await ada.post(`/agreements/${agreementId}/versions`, { lock: true });
    const { number, contentSha256 } = frozen.ok<{ number: number; contentSha256: string }>(201);
    return { agreementId, version: number, contentSha256 };
  }

  async stateOf(agreementId: string): Promise<string> {
    const reply = await this.cast.ada.get(`/agreements/${agreementId}`);
    return reply.ok<{ state: string }>(200).state;
  }
}
