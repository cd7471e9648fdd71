import { z } from "zod";
import type { Words } from "../kernel/text.ts";

const words = z.strictObject({ fr: z.string().min(1), en: z.string().min(1) });
const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,49}$/, "a name is lower case letters, digits and _");

const common = {
  label: words.optional(),
  help: words.optional(),
  required: z.boolean().optional(),
  /** CEL test over the facts: the value is required while it is true. */
  required_if: z.string().optional(),
  /** Heading under which the form shows the parameter (a key of `sections`). */
  section: z.string().optional(),
};

const bounds = { min: z.number().optional(), max: z.number().optional() };

const numeric = <T extends string>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    ...common,
    ...bounds,
    default: z.number().optional(),
    /** Only in a list's columns: CEL over the `row`; the value is then computed, never typed in. */
    computed: z.string().optional(),
  });

const written = <T extends string>(type: T) =>
  z.strictObject({
    type: z.literal(type),
    ...common,
    /** A text may be given in every language. */
    default: z.union([z.string(), words]).optional(),
  });

/** `[A, B]` or `{A: {fr, en}}`: a bare code is its own label. */
const codes = z
  .union([z.array(z.string()).min(1), z.record(z.string(), words)])
  .transform((given): Record<string, Words> =>
    Array.isArray(given)
      ? Object.fromEntries(given.map((code) => [code, { fr: code, en: code }]))
      : given,
  );

const scalar = z.discriminatedUnion("type", [
  numeric("money"),
  numeric("share"),
  numeric("percent"),
  numeric("int"),
  numeric("number"),
  numeric("score"),
  written("text"),
  written("longtext"),
  written("date"),
  written("duration"),
  written("ratio"),
  z.strictObject({ type: z.literal("bool"), ...common, default: z.boolean().optional() }),
  z.strictObject({
    type: z.literal("enum"),
    ...common,
    values: codes,
    default: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal("ref"),
    ...common,
    to: name,
    default: z.string().optional(),
  }),
  z
    .strictObject({ type: z.literal("party"), ...common, default: z.string().optional() })
    .transform((given) => ({ ...given, type: "ref" as const, to: "parties" })),
]);

const list = z.strictObject({
  type: z.literal("list"),
  ...common,
  min: z.int().min(0).optional(),
  max: z.int().min(1).optional(),
  of: z.record(name, scalar),
  /** Rows; a text in them may be given in every language. */
  default: z.array(z.record(name, z.json())).optional(),
});

const parameter = z.union([list, scalar]);

const computed = z
  .union([
    z.string(),
    z.strictObject({
      expr: z.string(),
      type: z.enum(["money", "share", "percent", "int", "number", "text", "date"]).optional(),
      label: words.optional(),
    }),
  ])
  .transform((given) => (typeof given === "string" ? { expr: given } : given));

const level = z
  .enum(["error", "warning", "warn", "hint", "info"])
  .transform((given) => (given === "warn" ? "warning" : given === "info" ? "hint" : given));

const check = z.strictObject({
  id: z.string().regex(/^[A-Z]{2,5}-\d{2,3}[a-z]?$/, "a check's id looks like MNY-01"),
  level,
  /** CEL test that must hold; while a value it needs is missing, the check stays silent. */
  assert: z.string(),
  message: words,
  /** Fact or `#clause` the finding points at. */
  at: z.string(),
});

/** The shape of `model.yaml`: the owner of types, labels, defaults, computed values and checks. */
export const modelSchema = z.strictObject({
  entente: z.literal(1),
  id: z.string().regex(/^[a-z][a-z0-9-]{1,63}$/, "an id is lower case letters, digits and -"),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "a version looks like 1.0.0"),
  kind: z.enum(["annex", "agreement", "amendment", "pre-agreement"]),
  title: words,
  summary: words.optional(),
  /** What the form and the page say above everything: indicative text, to be reviewed. */
  notice: words.optional(),
  /** Date at which the law behind the text was last read, `YYYY-MM-DD`. */
  law_as_of: z.string().optional(),
  licence: z.string().optional(),
  credits: z.array(z.string()).optional(),
  uses: z.array(name).default([]),
  sections: z.record(z.string(), words).default({}),
  parameters: z.record(name, parameter),
  computed: z.record(name, computed).default({}),
  checks: z.array(check).default([]),
});

/** The shape of `_shared/<name>.yaml`: parameters that several templates use. */
export const sharedModelSchema = z.strictObject({
  sections: z.record(z.string(), words).default({}),
  parameters: z.record(name, parameter),
  checks: z.array(check).default([]),
});

/** What a template knows about its facts, with the shared models it uses merged in. */
export type Model = z.infer<typeof modelSchema>;

/** A typed parameter: a scalar or a list of rows. */
export type Parameter = z.infer<typeof parameter>;

/** A parameter that is a list of rows. */
export type ListParameter = z.infer<typeof list>;

/** A parameter, or a column of a list, that holds one value. */
export type ScalarParameter = z.infer<typeof scalar>;

/** A rule over the facts, written by the template's author. */
export type ModelCheck = Model["checks"][number];

/** The label of a parameter, or its name where the model gives none. */
export function labelOf(name: string, parameter: Pick<Parameter, "label"> | undefined): Words {
  return parameter?.label ?? { fr: name, en: name };
}

/** The list parameter of this name, if the model has one. */
export function findList(model: Model, name: string): ListParameter | undefined {
  const found = model.parameters[name];
  return found?.type === "list" ? found : undefined;
}
