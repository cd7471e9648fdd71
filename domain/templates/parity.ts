import { languages, type Language } from "../kernel/text.ts";
import { expressionFaults } from "./expressions.ts";
import { defaultFacts } from "./defaults.ts";
import { draftFactsProblems } from "./facts-check.ts";
import type { SourceFault } from "./markdown.ts";
import { findList, type Model, type Parameter } from "./model.ts";
import type { ReadText, Use } from "./prose.ts";

type Texts = Readonly<Partial<Record<Language, ReadText>>>;

/** Faults of a model by itself: expressions, references between lists, defaults of the wrong type. */
export function modelFaults(model: Model): readonly SourceFault[] {
  const parameters = Object.entries(model.parameters).flatMap(([name, parameter]) =>
    parameterFaults(name, parameter, model),
  );
  const expressions = [
    ...Object.entries(model.computed).map(
      ([name, { expr }]) => [`computed.${name}`, expr] as const,
    ),
    ...model.checks.map((check) => [`checks.${check.id}`, check.assert] as const),
    ...model.checks.flatMap((check) =>
      languages.flatMap((language) =>
        interpolations(check.message[language]).map(
          (expr) => [`checks.${check.id}`, expr] as const,
        ),
      ),
    ),
  ];
  return [
    ...parameters,
    ...expressions.flatMap(([where, expr]) => faultsAt(where, expr, model)),
    ...defaultFaults(model),
  ];
}

/** The expressions between `{{` and `}}` of a message. */
export function interpolations(message: string): readonly string[] {
  return [...message.matchAll(/\{\{(.+?)\}\}/g)].map((match) => (match[1] ?? "").trim());
}

function faultsAt(where: string, expr: string, model: Model): readonly SourceFault[] {
  return expressionFaults(expr, model).map(({ code, detail }) => ({
    pointer: "model.yaml:1",
    detail: `${code}: ${where}: ${detail}`,
  }));
}

function parameterFaults(name: string, parameter: Parameter, model: Model): readonly SourceFault[] {
  const columns =
    parameter.type === "list" ? Object.entries(parameter.of) : [[name, parameter] as const];
  const at = (detail: string): SourceFault => ({ pointer: "model.yaml:1", detail });
  return columns.flatMap(([column, { required_if, ...scalar }]) => [
    ...(required_if === undefined ? [] : faultsAt(`parameters.${name}`, required_if, model)),
    ...(scalar.type === "ref" && findList(model, scalar.to)?.of["id"] === undefined
      ? [at(`MOD-02: ${name}.${column} refers to "${scalar.to}", which is no list with an id`)]
      : []),
    ...("section" in parameter &&
    parameter.section !== undefined &&
    !Object.hasOwn(model.sections, parameter.section)
      ? [at(`MOD-02: ${name} is in the section "${parameter.section}", which is not declared`)]
      : []),
  ]);
}

function defaultFaults(model: Model): readonly SourceFault[] {
  return languages.flatMap((language) =>
    draftFactsProblems(defaultFacts(model, language), model).map(({ pointer, detail }) => ({
      pointer: "model.yaml:1",
      detail: `MOD-02: default of ${pointer} (${language}): ${detail}`,
    })),
  );
}

/** Faults of the prose against the model and between languages: VAR-01, REF-01, NUM-01, DEF-01, LNG-01, LNG-02. */
export function textFaults(texts: Texts, model: Model): readonly SourceFault[] {
  const read = languages.flatMap((language) => texts[language] ?? []);
  return [...read.flatMap((text) => oneTextFaults(text, model)), ...parityFaults(texts)];
}

function oneTextFaults({ uses }: ReadText, model: Model): readonly SourceFault[] {
  const clauses = uses.filter((used) => used.kind === "clause");
  const known = new Set(clauses.map((used) => used.name));
  const twice = clauses.filter((used, index) =>
    clauses.slice(0, index).some((earlier) => earlier.name === used.name),
  );
  return [
    ...twice.map((used) => at(used, `NUM-01: the id #${used.name} is used twice`)),
    ...uses
      .filter((used) => used.kind === "clauseRef" && !known.has(used.name))
      .map((used) => at(used, `REF-01: there is no clause #${used.name}`)),
    ...uses.flatMap((used) => modelUseFaults(used, model)),
  ];
}

function modelUseFaults(used: Use, model: Model): readonly SourceFault[] {
  if (used.kind === "expression") {
    return expressionFaults(used.name, model).map(({ code, detail }) =>
      at(used, `${code}: ${detail}`),
    );
  }
  return used.kind === "table" ? tableFaults(used, model) : [];
}

function tableFaults(used: Use, model: Model): readonly SourceFault[] {
  const list = findList(model, used.name);
  if (list === undefined) return [at(used, `VAR-01: there is no list "${used.name}"`)];
  const columns = used.columns ?? [];
  const total = used.total ?? [];
  return [
    ...[...columns, ...total]
      .filter((column) => !Object.hasOwn(list.of, column))
      .map((column) => at(used, `VAR-01: "${used.name}" has no column "${column}"`)),
    ...total
      .filter(
        (column) => !["money", "share", "int", "number"].includes(list.of[column]?.type ?? ""),
      )
      .filter((column) => Object.hasOwn(list.of, column))
      .map((column) => at(used, `VAR-01: the column "${column}" cannot be added up`)),
  ];
}

function at(used: Use, detail: string): SourceFault {
  return { pointer: used.pointer, detail };
}

/** A block of one language that the other lacks (LNG-01), or that says other things there (LNG-02). */
function parityFaults({ fr, en }: Texts): readonly SourceFault[] {
  if (fr === undefined || en === undefined) return [];
  return [
    ...missingIn({ here: fr, there: en, file: "en.md" }),
    ...missingIn({ here: en, there: fr, file: "fr.md" }),
    ...differing(fr, en),
  ];
}

function missingIn(sides: {
  here: ReadText;
  there: ReadText;
  file: string;
}): readonly SourceFault[] {
  const there = new Set(blockNames(sides.there));
  return blockNames(sides.here)
    .filter((name) => !there.has(name))
    .map((name) => ({ pointer: `${sides.file}:1`, detail: `LNG-01: ${name} is missing` }));
}

function blockNames({ uses }: ReadText): readonly string[] {
  return uses.flatMap(({ kind, name }) =>
    kind === "clause" || kind === "table" ? [`${kind}#${name}`] : [],
  );
}

function differing(fr: ReadText, en: ReadText): readonly SourceFault[] {
  const [french, english] = [usesByClause(fr), usesByClause(en)];
  return [...french.entries()].flatMap(([clause, { pointer, names }]) => {
    const other = english.get(clause);
    if (other === undefined) return [];
    const only = [
      ...names.filter((name) => !other.names.includes(name)),
      ...other.names.filter((name) => !names.includes(name)),
    ];
    return [...new Set(only)].map((name) => ({
      pointer,
      detail: `LNG-02: clause#${clause}: "${name}" is in one language only (${other.pointer})`,
    }));
  });
}

/** Expressions and references of each clause; parameters shown may come in another order. */
function usesByClause({ uses }: ReadText): Map<string, { pointer: string; names: string[] }> {
  const clauses = new Map<string, { pointer: string; names: string[] }>();
  let current = { pointer: "", names: [] as string[] };
  for (const { kind, name, pointer } of uses) {
    if (kind === "clause") {
      current = { pointer, names: [] };
      clauses.set(name, current);
    } else if (kind === "expression" || kind === "clauseRef") {
      current.names.push(kind === "clauseRef" ? `#${name}` : name);
    }
  }
  return clauses;
}
