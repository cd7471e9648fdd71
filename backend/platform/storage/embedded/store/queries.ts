import { MongoInvalidArgumentError } from "mongodb";
import { serverError } from "../values/errors.ts";
import { assertFilter, mentionsType } from "../language/filters.ts";
import { idIndex } from "./indexes.ts";
import { collatorOf, type Collator } from "../values/collation.ts";
import { matcherOf } from "../language/matching.ts";
import { compareAt, sortKey, type Field } from "../values/paths.ts";
import { projected } from "../language/projection.ts";
import { describePlan, indexesOf, planFor, planHinted, readsAll, type Plan } from "./planner.ts";
import type { Row } from "./row.ts";
import type { Resume } from "./rows.ts";
import type { Table } from "./table.ts";
import { mayRefer } from "../values/bson-reader.ts";
import { copyOf, hasOperators, withReferences, type Doc } from "../values/values.ts";
import type { View } from "./view.ts";

/** Where a cursor gets its documents, batch after batch; an empty batch is the end. */
export interface Source {
  next(): Doc[];
  explain(): Doc;
}

/** What find() was asked for, until the first document is read. */
export interface FindOptions {
  filter?: Doc;
  sort?: unknown;
  skip?: number;
  limit?: number;
  projection?: Doc | undefined;
  hint?: unknown;
  collation?: unknown;
  /** How stored values become JavaScript's, if not as usual. */
  readAs?: ((exact: Doc) => Doc) | undefined;
}

/** A filter with what find() adds to it. */
export interface Query extends FindOptions {
  readonly filter: Doc;
}

const batchSize = 256;
/** Sorting more documents than this in memory is worth an index. */
const manyToSort = 1_000;

const directions = new Map<string, 1 | -1>([
  ["1", 1],
  ["asc", 1],
  ["ascending", 1],
  ["-1", -1],
  ["desc", -1],
  ["descending", -1],
]);

function fieldOf([path, given = 1]: readonly unknown[]): Field {
  const direction = directions.get(String(given).toLowerCase());
  if (direction === undefined)
    throw new MongoInvalidArgumentError(`Invalid sort direction: ${JSON.stringify(given)}`);
  return [String(path), direction];
}

/**
 * Reads the forms in which a sort arrives: object, map, pairs, a pair, names or a name; directions as numbers or words.
 * @throws {MongoInvalidArgumentError} for other forms and directions
 */
export function readSort(sort: unknown, direction?: unknown): Field[] {
  if (sort === undefined || sort === null) return [];
  if (typeof sort === "string") return [fieldOf([sort, direction])];
  if (typeof sort !== "object")
    throw new MongoInvalidArgumentError(
      `Invalid sort format: ${JSON.stringify(sort)} Sort must be a valid object`,
    );
  if (!Array.isArray(sort))
    return (sort instanceof Map ? [...sort] : Object.entries(sort)).map(fieldOf);
  if (Array.isArray(sort[0])) return (sort as unknown[][]).map(fieldOf);
  if (sort.length === 2 && directions.has(String(sort[1]).toLowerCase())) return [fieldOf(sort)];
  return sort.map((path) => fieldOf([path]));
}

interface Stats {
  keys: number;
  docs: number;
}

interface Prepared {
  readonly plan: Plan;
  readonly sort: readonly Field[];
  readonly collator?: Collator | undefined;
  readonly stats: Stats;
  /** Notes that so many documents had to be sorted in memory. */
  sorted?(count: number): void;
  /** Visits matching rows in the plan's order until a visit gives false; tells where it stopped. */
  scan(resume: Resume | undefined, visit: (row: Row) => boolean): Resume | undefined;
}

/** The `_id` of a filter that asks for nothing else. */
function onlyId(filter: Doc): unknown {
  const paths = Object.keys(filter);
  if (paths.length !== 1 || paths[0] !== "_id") return undefined;
  const id = filter._id;
  return hasOperators(id) || Array.isArray(id) || id instanceof RegExp ? undefined : id;
}

const byId: Plan = {
  index: idIndex,
  ranges: [],
  reverse: false,
  isSorted: true,
  isExact: true,
  bounded: 1,
};

/** Reading by `_id` is most of all reading: it needs neither plan nor matcher. */
function prepareById(table: Table, id: unknown): Prepared {
  const stats = { keys: 0, docs: 0 };
  return {
    plan: byId,
    sort: [],
    stats,
    scan(_resume, visit) {
      const row = table.findById(id);
      if (row === undefined) return undefined;
      stats.keys++;
      stats.docs++;
      visit(row);
      return undefined;
    },
  };
}

function prepare(view: View, name: string, query: Query): Prepared {
  const table = view.table(name);
  const { filter, hint, collation } = query;
  const id = hint === undefined && collation === undefined ? onlyId(filter) : undefined;
  if (id !== undefined) return prepareById(table, id);
  // An index may answer without a matcher, which would refuse what is no filter.
  assertFilter(filter);
  const sort = readSort(query.sort);
  const collator = collatorOf(collation);
  // Index keys are in the order of bytes.
  const indexes = collator ? [] : table.indexes;
  const plan =
    hint === undefined || collator
      ? planFor(indexes, filter, sort)
      : planHinted(table.indexes, hint, { filter, sort });
  const matcher = plan.isExact ? undefined : matcherOf(filter, collation);
  const asksType = matcher !== undefined && mentionsType(filter);
  const stats = { keys: 0, docs: 0 };
  const note = () => ({
    collection: name,
    paths: Object.keys(filter),
    plan: planShown(plan, sort),
  });
  if (readsAll(plan)) view.noteFullScan(note());
  const isNew = newcomers(plan, stats);
  const { id: tableId } = table;
  return {
    plan,
    sort,
    collator,
    stats,
    sorted: (count) => {
      if (count > manyToSort) view.noteFullScan({ ...note(), sorted: count });
    },
    scan: (resume, visit) => {
      if (resume !== undefined && (table.id !== tableId || !hasIndexes(table, plan)))
        throw serverError(175, "collection or index dropped");
      return table.scan({ plan, resume, isNew }, (row) => {
        stats.docs++;
        if (matcher === undefined) return visit(row);
        return matcher.test(asksType ? table.exactly(row).doc : row.doc) ? visit(row) : true;
      });
    },
  };
}

function hasIndexes({ indexes }: Table, plan: Plan): boolean {
  return indexesOf(plan).every((index) => indexes.some(({ id }) => id === index.id));
}

/** One document may have several keys in the ranges read: which records were not met yet. */
function newcomers(plan: Plan, stats: Stats): (record: number) => boolean {
  const seen = new Set<number>();
  const isMultikey = plan.index !== undefined && plan.index.multikeyRoots.length > 0;
  const mayRepeat = plan.ways !== undefined || plan.ranges.length > 1 || isMultikey;
  return (record) => {
    stats.keys++;
    if (!mayRepeat) return true;
    if (seen.has(record)) return false;
    seen.add(record);
    return true;
  };
}

function allRows({ scan }: Prepared): Row[] {
  const rows: Row[] = [];
  scan(undefined, (row) => rows.push(row) > 0);
  return rows;
}

function sorted(rows: readonly Row[], prepared: Prepared): Row[] {
  const { sort: fields, collator } = prepared;
  prepared.sorted?.(rows.length);
  if (collator) return rows.toSorted((a, b) => compareAt(a.doc, b.doc, fields, collator));
  const keyed = rows.map((row) => ({ row, key: sortKey(row.doc, fields) }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

function orderedRows(prepared: Prepared): Row[] {
  const { plan, sort } = prepared;
  const rows = allRows(prepared);
  return plan.isSorted || sort.length === 0 ? rows : sorted(rows, prepared);
}

/** All matching rows, read at once. */
export function findRows(view: View, name: string, query: Query): Row[] {
  return orderedRows(prepare(view, name, query));
}

/** All matching documents, read at once. */
export function findDocs(view: View, name: string, query: Query): Doc[] {
  return findRows(view, name, query).map((row) => ownDoc(row));
}

function ownDoc({ doc, isKept }: Row): Doc {
  return isKept ? copyOf(doc) : doc;
}

/** A document, or what is shown of it, as it leaves the engine. */
function leaving({ doc, isKept }: Row, shown: Doc = doc): Doc {
  if (mayRefer(doc)) return withReferences(shown);
  return isKept ? copyOf(shown) : shown;
}

/** The first matching row, as a list of none or one. */
export function findFirst(view: View, name: string, query: Query): Row[] {
  const prepared = prepare(view, name, query);
  if (!prepared.plan.isSorted && prepared.sort.length > 0) return orderedRows(prepared).slice(0, 1);
  const first: Row[] = [];
  prepared.scan(undefined, (row) => first.push(row) === 0);
  return first;
}

function planShown(plan: Plan, sort: readonly Field[]): Doc {
  const read = describePlan(plan);
  const needsSort = sort.length > 0 && !plan.isSorted;
  return needsSort ? { stage: "SORT", inputStage: read } : read;
}

function explanation(prepared: Prepared, returned: number): Doc {
  const { plan, sort, stats } = prepared;
  return {
    queryPlanner: { winningPlan: planShown(plan, sort) },
    executionStats: {
      executionSuccess: true,
      nReturned: returned,
      totalKeysExamined: readsAll(plan) ? 0 : stats.keys,
      totalDocsExamined: stats.docs,
    },
  };
}

/** Where an open query stands: all its rows when it had to sort them, else how far it has read. */
class Progress {
  readonly #prepared: Prepared;
  #held: Row[] | undefined;
  #resume: Resume | undefined;
  #toSkip: number;
  #left: number;

  constructor(prepared: Prepared, { skip = 0, limit = 0 }: Query) {
    if (skip < 0)
      throw serverError(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`);
    this.#prepared = prepared;
    this.#toSkip = skip;
    // A negative limit means one batch of that size, as in MongoDB.
    this.#left = limit === 0 ? Infinity : Math.abs(limit);
  }

  /** The next rows; none at the end. */
  next(): Row[] {
    const count = Math.min(batchSize, this.#left);
    if (count <= 0) return [];
    const { plan, sort } = this.#prepared;
    const isHeld = sort.length > 0 && !plan.isSorted;
    const batch = isHeld ? this.#fromHeld(count) : this.#read(count);
    this.#left -= batch.length;
    return batch;
  }

  #fromHeld(count: number): Row[] {
    this.#held ??= orderedRows(this.#prepared).slice(this.#toSkip);
    return this.#held.splice(0, count);
  }

  #read(count: number): Row[] {
    const batch: Row[] = [];
    this.#resume = this.#prepared.scan(this.#resume, (row) => {
      if (this.#toSkip > 0) this.#toSkip--;
      else batch.push(row);
      return batch.length < count;
    });
    if (this.#resume === undefined) this.#left = batch.length;
    return batch;
  }
}

/** Documents of a sorted query are held as they are; otherwise each batch is read when it is asked for. */
export function openQuery(view: View, name: string, query: Query): Source {
  const prepared = prepare(view, name, query);
  const progress = new Progress(prepared, query);
  const { readAs, projection, filter } = query;
  const typed = (row: Row) => (readAs ? view.table(name).exactly(row) : row);
  return {
    next() {
      const rows = progress.next();
      if (readAs === undefined && projection === undefined) return rows.map((row) => leaving(row));
      const docs = rows.map((row) => typed(row).doc);
      const shown = projected(docs, projection, filter);
      return readAs ? shown.map(readAs) : rows.map((row, i) => leaving(row, shown[i]));
    },
    explain() {
      let returned = 0;
      for (let batch = progress.next(); batch.length > 0; batch = progress.next())
        returned += batch.length;
      return explanation(prepared, returned);
    },
  };
}
