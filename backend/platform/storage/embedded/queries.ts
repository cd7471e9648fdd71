import type { FindOptions, Source } from "./cursor.ts";
import { serverError } from "./errors.ts";
import { idIndex } from "./indexes.ts";
import { matcherOf, projected } from "./matching.ts";
import { sortKey, type Field } from "./paths.ts";
import { describePlan, planFor, type Plan } from "./planner.ts";
import type { Resume, Row, Table } from "./table.ts";
import { hasOperators, toPlainDoc, type Doc } from "./values.ts";
import type { View } from "./view.ts";

/** A filter with what find() adds to it. */
export interface Query extends FindOptions {
  readonly filter: Doc;
}

const batchSize = 256;

/** Reads the forms in which a sort arrives: object, map or pairs, directions as numbers or words. */
export function readSort(sort: unknown): Field[] {
  if (sort === undefined || sort === null) return [];
  const pairs =
    sort instanceof Map
      ? [...(sort as Map<string, unknown>)]
      : Array.isArray(sort)
        ? (sort as [string, unknown][])
        : Object.entries(toPlainDoc(sort));
  return pairs.map(([path, direction]): Field => {
    const isDescending = direction === -1 || direction === "desc" || direction === "descending";
    return [path, isDescending ? -1 : 1];
  });
}

interface Stats {
  keys: number;
  docs: number;
}

interface Prepared {
  readonly plan: Plan;
  readonly sort: readonly Field[];
  /** Matching rows in the plan's order, from `resume` on. */
  rows(resume?: Resume): Generator<Row & { at: Resume }>;
  readonly stats: Stats;
}

/** The `_id` of a filter that asks for nothing else. */
function onlyId(filter: Doc): unknown {
  const paths = Object.keys(filter);
  if (paths.length !== 1 || paths[0] !== "_id") return undefined;
  const id = filter._id;
  return hasOperators(id) || Array.isArray(id) || id instanceof RegExp ? undefined : id;
}

/** Reading by `_id` is most of all reading: it needs neither plan nor matcher. */
function prepareById(table: Table, id: unknown): Prepared {
  const stats = { keys: 0, docs: 0 };
  function* rows(resume?: Resume): Generator<Row & { at: Resume }> {
    const row = resume === undefined ? table.findById(id) : undefined;
    if (row === undefined) return;
    stats.keys++;
    stats.docs++;
    yield { ...row, at: { key: row.record, range: 0 } };
  }
  const plan: Plan = { index: idIndex, ranges: [], reverse: false, isSorted: true, bounded: 1 };
  return { plan, sort: [], rows, stats };
}

function prepare(view: View, name: string, query: Query): Prepared {
  const table = view.table(name);
  const id = onlyId(query.filter);
  if (id !== undefined) return prepareById(table, id);
  const sort = readSort(query.sort);
  const plan = planFor(table.indexes, query.filter, sort);
  const matcher = matcherOf(query.filter);
  const stats = { keys: 0, docs: 0 };
  const paths = Object.keys(query.filter);
  if (plan.index === undefined && paths.length > 0) view.noteFullScan({ collection: name, paths });
  // One document may have several keys in the ranges read.
  const seen = new Set<string>();
  const mayRepeat = plan.ranges.length > 1 || (plan.index?.multikeyRoots.length ?? 0) > 0;
  function* rows(resume?: Resume): Generator<Row & { at: Resume }> {
    for (const row of table.rows(plan, resume)) {
      stats.keys++;
      if (mayRepeat) {
        const record = row.record.toString("latin1");
        if (seen.has(record)) continue;
        seen.add(record);
      }
      stats.docs++;
      if (matcher.test(row.doc)) yield row;
    }
  }
  return { plan, sort, rows, stats };
}

function sorted(rows: Iterable<Row>, fields: readonly Field[]): Row[] {
  const keyed = [...rows].map((row) => ({ row, key: sortKey(row.doc, fields) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

/** All matching rows, read at once. */
export function findRows(view: View, name: string, query: Query): Row[] {
  const { plan, sort, rows } = prepare(view, name, query);
  return plan.isSorted || sort.length === 0 ? [...rows()] : sorted(rows(), sort);
}

/** The first matching row, as a list of none or one. */
export function findFirst(view: View, name: string, query: Query): Row[] {
  const { plan, sort, rows } = prepare(view, name, query);
  if (!plan.isSorted && sort.length > 0) return sorted(rows(), sort).slice(0, 1);
  for (const row of rows()) return [row];
  return [];
}

function explanation(prepared: Prepared, returned: number): Doc {
  const { plan, sort, stats } = prepared;
  const read = describePlan(plan);
  const needsSort = sort.length > 0 && !plan.isSorted;
  return {
    queryPlanner: { winningPlan: needsSort ? { stage: "SORT", inputStage: read } : read },
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      totalKeysExamined: plan.index === undefined ? 0 : stats.keys,
      totalDocsExamined: stats.docs,
    },
  };
}

/** Documents of a sorted query are held as they are; otherwise each batch is read when it is asked for. */
export function openQuery(view: View, name: string, query: Query): Source {
  const prepared = prepare(view, name, query);
  const { plan, sort, rows } = prepared;
  // A negative limit means one batch of that size, as in MongoDB.
  let left = query.limit ? Math.abs(query.limit) : Infinity;
  let toSkip = query.skip ?? 0;
  if (toSkip < 0) throw serverError(51024, "BSON field 'skip' value must be >= 0");
  let held: Row[] | undefined;
  let resume: Resume | undefined;
  let isDone = false;

  function nextRows(count: number): Row[] {
    if (sort.length > 0 && !plan.isSorted) {
      held ??= sorted(rows(), sort).slice(toSkip);
      return held.splice(0, count);
    }
    const batch: Row[] = [];
    for (const row of rows(resume)) {
      resume = row.at;
      if (toSkip > 0) toSkip--;
      else if (batch.push(row) >= count) return batch;
    }
    isDone = true;
    return batch;
  }

  function next(): Doc[] {
    if (isDone || left <= 0) return [];
    const batch = nextRows(Math.min(batchSize, left));
    left -= batch.length;
    return projected(
      batch.map(({ doc }) => doc),
      query.projection,
      query.filter,
    );
  }

  return {
    next,
    explain: () => {
      let returned = 0;
      for (let batch = next(); batch.length > 0; batch = next()) returned += batch.length;
      return explanation(prepared, returned);
    },
  };
}
