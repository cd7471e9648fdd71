import { z } from "zod";
import { powerIndices, shapleyValue, shareCost } from "../../domain/decisions/power.ts";
import { testSchema, type RollEntry } from "../../domain/decisions/rule.ts";
import type { Ballot, Choice, TallyEvent, VetoEvent } from "../../domain/decisions/ballots.ts";
import {
  tally,
  type Tally,
  type TallyOutcome,
  type TallyRule,
} from "../../domain/decisions/tally.ts";

/** The vectors' own spelling of rules, rolls and events, translated to ours. Unknown keys are read over. */
const number = z.union([z.string(), z.number()]).transform(String);
const choice = z.enum(["for", "against", "abstain"]);

const vetoVector = z.union([
  z.string().transform((partner) => ({ partner, ground: "stated" })),
  z.looseObject({
    partner: z.string().optional(),
    by: z.string().optional(),
    id: z.string().optional(),
    ground: z.union([z.string(), z.boolean()]).nullish(),
    subject: z.string().nullish(),
    admissible: z.boolean().optional(),
    own_default: z.boolean().optional(),
    own_exit: z.boolean().optional(),
    in_window: z.boolean().optional(),
  }),
]);

const onNoQuorum = z.union([
  z.literal("fails"),
  z.looseObject({
    reconvene: z.array(
      z.looseObject({ withinDays: z.number().default(0), quorum: z.array(testSchema) }),
    ),
  }),
]);

const tallyVector = z.looseObject({
  rule: z.looseObject({
    procedure: z.enum(["meeting", "written", "silence"]).optional(),
    quorum: z.array(testSchema).optional(),
    approval: z.array(testSchema).optional(),
    unanimity: z.boolean().optional(),
    min_dissent_to_block: z.number().nullish(),
    minDissentToBlock: z.number().nullish(),
    tie: z.enum(["fails", "chair"]).nullish(),
    veto: z.unknown().optional(),
    onNoQuorum: onNoQuorum.optional(),
    on_no_quorum: onNoQuorum.optional(),
  }),
  roll: z.array(
    z.looseObject({
      id: z.string().optional(),
      partner: z.string().optional(),
      weight: number.optional(),
      present: z.boolean().optional(),
      recused: z.boolean().optional(),
      suspended: z.boolean().optional(),
      defaulting: z.boolean().optional(),
    }),
  ),
  ballots: z.union([
    z.record(z.string(), choice),
    z.array(z.looseObject({ partner: z.string(), choice, at: z.string().optional() })),
  ]),
  ctx: z
    .looseObject({
      vetoes: z.array(vetoVector).optional(),
      recused: z.array(z.string()).default([]),
      suspended: z.array(z.string()).default([]),
      convening: z.number().default(1),
    })
    .prefault({}),
});

type TallyVector = z.output<typeof tallyVector>;
type VetoVector = z.output<typeof vetoVector>;

/** The outcome of one element of `tally`, as it stands in the vectors file. */
export function runTallyVector(vector: unknown): TallyOutcome {
  return tallyOfVector(vector).outcome;
}

/** The whole tally of one element of `tally`. */
export function tallyOfVector(vector: unknown): Tally {
  const parsed = tallyVector.parse(vector);
  return tally(ruleOf(parsed), rollOf(parsed), ballotsOf(parsed), eventsOf(parsed));
}

function ruleOf({ rule, ctx }: TallyVector): TallyRule {
  const veto = rule.veto ?? (ctx.vetoes === undefined ? undefined : {});
  return {
    approval: rule.approval ?? [],
    quorum: rule.quorum,
    procedure: rule.procedure,
    unanimity: rule.unanimity,
    minDissentToBlock: rule.min_dissent_to_block ?? rule.minDissentToBlock ?? undefined,
    tie: rule.tie ?? undefined,
    onNoQuorum: rule.onNoQuorum ?? rule.on_no_quorum,
    veto: veto === undefined || veto === false || veto === null ? undefined : vetoRuleOf(veto),
  };
}

function vetoRuleOf(veto: unknown): NonNullable<TallyRule["veto"]> {
  const given = z
    .looseObject({
      by: z.union([z.literal("any"), z.array(z.string())]).optional(),
      ground_required: z.boolean().optional(),
      groundRequired: z.boolean().optional(),
    })
    .catch({})
    .parse(veto);
  return {
    by: given.by ?? "any",
    groundRequired: given.groundRequired ?? given.ground_required ?? false,
    during: true,
    notFor: ["own_default", "own_exit"],
    effect: "suspend",
  };
}

function idOf(row: { id?: string | undefined; partner?: string | undefined }): string {
  return row.id ?? row.partner ?? "";
}

function rollOf({ roll, ctx }: TallyVector): RollEntry[] {
  return roll.map((row) => ({
    partner: idOf(row),
    weight: row.weight ?? "1",
    delegates: [],
    suspended:
      row.suspended === true || row.defaulting === true || ctx.suspended.includes(idOf(row)),
  }));
}

function ballotsOf({ ballots }: TallyVector): Ballot[] {
  if (!Array.isArray(ballots))
    return Object.entries(ballots).map(([partner, choice]: [string, Choice]) => ({
      partner,
      choice,
    }));
  return ballots.map(({ partner, choice, at }) => ({
    partner,
    choice,
    ...(at === undefined ? {} : { at }),
  }));
}

function eventsOf({ roll, ctx }: TallyVector): TallyEvent[] {
  const recused = roll.filter((row) => row.recused === true || ctx.recused.includes(idOf(row)));
  const hasAttendance = roll.some((row) => row.present !== undefined);
  const here = roll.filter((row) => row.present !== false).map(idOf);
  return [
    ...(hasAttendance ? [{ kind: "attendance" as const, partners: here }] : []),
    ...recused.map((row) => ({ kind: "recused" as const, partner: idOf(row) })),
    { kind: "convened", number: ctx.convening },
    ...(ctx.vetoes ?? []).filter(isInTime).map(vetoOf),
  ];
}

function isInTime(veto: VetoVector): boolean {
  return (
    !("admissible" in veto && veto.admissible === false) &&
    !("in_window" in veto && veto.in_window === false)
  );
}

function vetoOf(veto: VetoVector): VetoEvent {
  const partner = ("by" in veto ? veto.by : undefined) ?? idOf(veto);
  const ground = veto.ground === true ? "stated" : veto.ground;
  const own =
    ("own_default" in veto && veto.own_default === true) ||
    ("subject" in veto && veto.subject === "own_default")
      ? "own_default"
      : "own_exit" in veto && veto.own_exit === true
        ? "own_exit"
        : undefined;
  return {
    kind: "veto",
    partner,
    ...(typeof ground === "string" ? { ground } : {}),
    ...(own === undefined ? {} : { subject: own }),
  };
}

const powerVector = z.looseObject({
  quota: number.optional(),
  weights: z.array(number).optional(),
  rule: z.looseObject({ approval: z.array(testSchema) }).optional(),
  roll: z
    .array(
      z.looseObject({
        id: z.string().optional(),
        partner: z.string().optional(),
        weight: number.optional(),
      }),
    )
    .optional(),
});

/** Indices as the vectors spell them. */
export interface PowerVectorResult {
  readonly swings: number[];
  readonly banzhaf: readonly string[];
  readonly banzhaf_absolute: readonly string[];
  readonly shapley_shubik: readonly string[];
}

/** The indices of one element of `power`: a quota and weights, or a rule and a roll. */
export function runPowerVector(vector: unknown): PowerVectorResult {
  const { quota, weights, rule, roll } = powerVector.parse(vector);
  const seats =
    weights?.map((weight, i) => ({ partner: `P${i + 1}`, weight, delegates: [] })) ??
    (roll ?? []).map((row) => ({ partner: idOf(row), weight: row.weight ?? "1", delegates: [] }));
  const total = seats.reduce((sum, seat) => sum + BigInt(seat.weight), 0n);
  const approval = rule?.approval ?? [
    { of: "for", base: "members", unit: "weight", cmp: "gte", ratio: `${quota}/${total}` } as const,
  ];
  const power = powerIndices({ approval }, seats);
  return {
    swings: power.swings.map(Number),
    banzhaf: power.banzhaf,
    banzhaf_absolute: power.banzhafAbsolute,
    shapley_shubik: power.shapleyShubik,
  };
}

const shapleyVector = z.looseObject({
  costs: z.array(number).optional(),
  gloves: z.array(z.string()).optional(),
  players: z.array(z.string()).optional(),
  worth: z.record(z.string(), number).optional(),
});

/**
 * The Shapley value of one element of `shapley`: `costs` share a common cost, `gloves` (or players named L and R) are worth
 * 1 a pair, `worth` maps a comma-separated list of players (positions from 0, or names) to a number.
 */
export function runShapleyVector(vector: unknown): string[] {
  const { costs, gloves, players, worth } = shapleyVector.parse(vector);
  if (costs !== undefined) return shareCost(costs.map(BigInt));
  if (worth !== undefined && players !== undefined) return tabled(players, worth);
  const hands = gloves ?? players ?? [];
  return shapleyValue(hands.length, (coalition) => {
    const held = hands.filter((_, i) => coalition & (1 << i));
    const left = held.filter((hand) => hand.startsWith("L")).length;
    return BigInt(Math.min(left, held.length - left));
  });
}

function tabled(players: readonly string[], worth: Readonly<Record<string, string>>): string[] {
  return shapleyValue(players.length, (coalition) => {
    const inside = players.flatMap((name, i) => (coalition & (1 << i) ? [{ name, i }] : []));
    const byName = worth[inside.map(({ name }) => name).join(",")];
    const byPlace = worth[inside.map(({ i }) => String(i)).join(",")];
    return BigInt(byName ?? byPlace ?? "0");
  });
}
