import { OpType } from "mingo/core";
import type { $elemMatch } from "mingo/operators/query";
import { Query } from "mingo/query";
import { hasOperators, isReferenceField, type Doc } from "../values/values.ts";

/** Tells whether a document, or another value, meets a condition. */
export type Predicate = (doc: unknown) => boolean;
/** mingo's, with the operators that conditions may use. */
export type QueryOptions = Parameters<typeof $elemMatch>[2];

type Operator = (path: string, operand: unknown, options: QueryOptions) => Predicate;

function byMingo(filter: Doc, options: QueryOptions): Predicate {
  const query = new Query(filter, options);
  return (doc) => query.test(doc as Doc);
}

const combined =
  (holds: (tests: readonly Predicate[], doc: unknown) => boolean): Operator =>
  (_path, filters, options) => {
    const tests = (filters as Doc[]).map((filter) => compiled(filter, options));
    return (doc) => holds(tests, doc);
  };

/** Operators that combine others. */
export const clauses = {
  $and: combined((tests, doc) => tests.every((test) => test(doc))),
  $or: combined((tests, doc) => tests.some((test) => test(doc))),
  $nor: combined((tests, doc) => !tests.some((test) => test(doc))),
  $not: (path, condition, options) => {
    const tests = conditionsOn(path, condition, options);
    return (doc) => !tests.every((test) => test(doc));
  },
} satisfies Record<string, Operator>;

/** The operators of one path as predicates; anything else is a value to be equal to, or a pattern. */
function conditionsOn(path: string, condition: unknown, options: QueryOptions): Predicate[] {
  const on = (name: string, operand: unknown): Predicate => {
    const operator = options.context.getOperator(OpType.QUERY, name) as Operator | null;
    return operator
      ? operator(path, operand, options)
      : byMingo({ [path]: { [name]: operand } }, options);
  };
  if (condition instanceof RegExp) return [on("$regex", condition)];
  if (!hasOperators(condition)) return [on("$eq", condition)];
  const { $options: flags, ...others } = condition;
  return Object.entries(others).map(([name, operand]) =>
    on(name, name === "$regex" ? new RegExp(operand as string, flags as string) : operand),
  );
}

/** A filter as a predicate; what is neither path nor clause, as `$expr`, is left to mingo, which refuses what it does not know. */
export function compiled(filter: Doc, options: QueryOptions): Predicate {
  const tests = Object.entries(filter).flatMap(([path, condition]): Predicate[] => {
    if (!path.startsWith("$")) return conditionsOn(path, condition, options);
    if (isReferenceField(path)) return conditionsOn(path, { $eq: condition }, options);
    if (path === "$and" || path === "$or" || path === "$nor")
      return [clauses[path](path, condition, options)];
    return [byMingo({ [path]: condition }, options)];
  });
  return (doc) => tests.every((test) => test(doc));
}
