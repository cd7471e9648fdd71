import * as accumulators from "mingo/operators/accumulator";
import * as expressions from "mingo/operators/expression";
import * as stages from "mingo/operators/pipeline";
import { wholeNumber, numberType } from "./arithmetic.ts";
import { assertFilter } from "./filters.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { compareValues } from "../values/keys.ts";
import { isDoc, typeName, type Doc } from "../values/values.ts";

const isText = (value: unknown): value is string => typeof value === "string";
const isPath = (value: unknown): boolean => isText(value) && value.startsWith("$");
const isNumber = (value: unknown): boolean => numberType(value) !== undefined;
const isCount = (value: unknown): boolean => (wholeNumber(value) ?? -1) >= 0;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isOperation = (value: Doc): boolean => Object.keys(value)[0]?.startsWith("$") === true;

/** Stages that take a document, and the code for anything else. */
const takeDocs: Readonly<Record<string, number>> = {
  $addFields: 40272,
  $bucket: 40201,
  $bucketAuto: 40240,
  $facet: 40169,
  $graphLookup: 9,
  $group: 15947,
  $lookup: 9,
  $match: 15959,
  $project: 15969,
  $replaceRoot: 40229,
  $sample: 28745,
  $set: 40272,
  $sort: 15973,
};

/** Those whose document may not be empty. */
const takeFields: typeof takeDocs = {
  $addFields: 40177,
  $facet: 40169,
  $project: 51272,
  $set: 40177,
  $sort: 15976,
};

/** Fields that they need, and the code when one is missing. */
const needed: Readonly<Record<string, readonly [code: number, fields: string]>> = {
  $bucket: [40198, "groupBy boundaries"],
  $bucketAuto: [40246, "groupBy buckets"],
  $densify: [40414, "field range"],
  $fill: [40414, "output"],
  $graphLookup: [40105, "from as startWith connectFromField connectToField"],
  $lookup: [9, "as"],
  $replaceRoot: [40414, "newRoot"],
  $sample: [28749, "size"],
};

/** What else the server demands. A demand may rely on those before it. */
type Demand = readonly [code: number, message: string, isMet: (spec: Doc) => boolean];

function isAscending({ boundaries }: Doc): boolean {
  const bounds = listOf(boundaries);
  return bounds.every((bound, i) => i === 0 || compareValues(bounds[i - 1], bound) < 0);
}

const unwindOf = (spec: unknown): Doc => (isDoc(spec) ? spec : { path: spec });
const isIn = (names: string) => (field: string) => names.split(" ").includes(field);
const isUnwinding = isIn("path includeArrayIndex preserveNullAndEmptyArrays");

const demands: Readonly<Record<string, readonly Demand[]>> = {
  $bucket: [
    [40200, "'boundaries' must be an array", (s) => Array.isArray(s.boundaries)],
    [40192, "'boundaries' must have at least 2 values", (s) => listOf(s.boundaries).length > 1],
    [40194, "'boundaries' must be in ascending order", isAscending],
  ],
  $bucketAuto: [
    [40241, "'buckets' must be a number", (s) => isNumber(s.buckets)],
    [40243, "'buckets' must be greater than 0", (s) => Number(s.buckets) > 0],
  ],
  $count: [
    [40156, "the count field must be a non-empty string", isText],
    [40157, "the count field must be a non-empty string", (s) => s.length !== 0],
    [40158, "the count field cannot be a $-prefixed path", (s) => !isPath(s)],
    [40160, "the count field cannot contain '.'", (s) => !isText(s) || !s.includes(".")],
  ],
  $densify: [
    [5733401, "the step must be positive", (s) => isDoc(s.range) && Number(s.range.step) > 0],
  ],
  $facet: [[40170, "facets must be arrays", (s) => Object.values(s).every(Array.isArray)]],
  $limit: [
    [5107201, "Expected a non-negative number", isCount],
    [15958, "the limit must be positive", (s) => Number(s) !== 0],
  ],
  $lookup: [
    [9, "must specify 'from' field", (s) => isText(s.from) || Array.isArray(s.pipeline)],
    [9, "both or neither of its fields", (s) => isText(s.localField) === isText(s.foreignField)],
    [9, "fields or a pipeline", (s) => isText(s.localField) || s.pipeline !== undefined],
  ],
  $sample: [
    [28748, "unrecognized option to $sample", (s) => Object.keys(s).length === 1],
    [28746, "size argument to $sample must be a number", (s) => isNumber(s.size)],
    [28747, "size argument to $sample must not be negative", (s) => Number(s.size) >= 0],
  ],
  $skip: [[5107200, "Expected a non-negative number", isCount]],
  $sort: [
    [15974, "Illegal key in $sort specification", (s) => Object.values(s).every(isNumber)],
    [15975, "order must be 1 or -1", (s) => Object.values(s).every((n) => Number(n) ** 2 === 1)],
  ],
  $sortByCount: [
    [40149, "must be specified as a string or as an object", (s) => isText(s) || isDoc(s)],
    [40148, "must be a $-prefixed path", (s) => isDoc(s) || isPath(s)],
    [40147, "must be an expression inside an object", (s) => !isDoc(s) || isOperation(s)],
  ],
  $unionWith: [[9, "must be an object or string", (s) => isText(s) || isDoc(s)]],
  $unset: [
    [31002, "must be a string or an array", (s) => isText(s) || Array.isArray(s)],
    [31119, "must have at least one field", (s) => s.length !== 0],
    [31120, "must hold strings only", (s) => listOf(s).every(isText)],
  ],
  $unwind: [
    [15981, "expected either a string or an object", (s) => isText(s) || isDoc(s)],
    [28811, "unrecognized option", (s) => Object.keys(unwindOf(s)).every(isUnwinding)],
    [28812, "no path specified", (s) => unwindOf(s).path !== undefined],
    [28808, "expected a string as the path", (s) => isText(unwindOf(s).path)],
    [28818, "path should be prefixed with a '$'", (s) => isPath(unwindOf(s).path)],
    [28822, "includeArrayIndex should not be prefixed", (s) => !isPath(s.includeArrayIndex)],
  ],
};

function assertSpec(name: string, spec: Doc): void {
  const refuse = (code: number | undefined, what: string): void => {
    if (code !== undefined) throw serverError(code, `${name}: ${what}`);
  };
  if (!isDoc(spec)) refuse(takeDocs[name], "the specification must be an object");
  else if (Object.keys(spec).length === 0)
    refuse(takeFields[name], "specification must have at least one field");
  const [code, fields = ""] = needed[name] ?? [];
  const given = isDoc(spec) ? spec : {};
  const missing = fields.split(" ").find((field) => given[field] === undefined);
  if (missing !== undefined) refuse(code, `'${missing}' is missing but a required field`);
  for (const [other, what, isMet] of demands[name] ?? []) if (!isMet(spec)) refuse(other, what);
}

/** Accumulators that are expressions too. */
const isBoth = isIn("$sum $avg $min $max $stdDevPop $stdDevSamp");
const isKnown = (name: string): boolean => Object.hasOwn(expressions, name) || isBoth(name);
const isOfTwo = isIn(
  "$eq $ne $gt $gte $lt $lte $cmp $divide $subtract $mod $pow $arrayElemAt $in $split $strcasecmp",
);

function assertExpression(value: unknown): void {
  if (Array.isArray(value)) for (const item of value as unknown[]) assertExpression(item);
  if (!isDoc(value)) return;
  const [name = "", ...others] = Object.keys(value);
  if (isOperation(value)) {
    const operand = value[name];
    if (others.length > 0)
      throw serverError(15983, "an expression specification must contain exactly one field");
    if (name === "$function") throw unsupported("JavaScript ($function)");
    if (!isKnown(name)) throw serverError(168, `Unrecognized expression '${name}'`);
    if (isOfTwo(name) && listOf(operand).length !== 2)
      throw serverError(16020, `Expression ${name} takes exactly 2 arguments.`);
    if (name === "$literal") return;
  }
  for (const part of Object.values(value)) assertExpression(part);
}

function assertAccumulators(output: unknown): void {
  for (const [field, made] of Object.entries(isDoc(output) ? output : {})) {
    const [name = "", ...others] = isDoc(made) ? Object.keys(made) : [];
    const found = [
      !isPath(name) && 40234,
      field.includes(".") && 40235,
      isPath(field) && 40236,
      others.length > 0 && 40238,
      !Object.hasOwn(accumulators, name) && 15952,
    ].find((code) => code !== false);
    if (found !== undefined)
      throw serverError(found, `The field '${field}' must be one accumulator, not '${name}'`);
    if (name === "$accumulator") throw unsupported("JavaScript ($accumulator)");
    assertExpression((made as Doc)[name]);
  }
}

function assertBuckets({ groupBy, output }: Doc): void {
  assertExpression(groupBy);
  assertAccumulators(output);
}

/** The parts of stages that hold more than values. */
const parts: Readonly<Record<string, (spec: Doc) => void>> = {
  $addFields: assertExpression,
  $set: assertExpression,
  $replaceRoot: assertExpression,
  $replaceWith: assertExpression,
  $sortByCount: assertExpression,
  $redact: assertExpression,
  $match: assertFilter,
  $project(spec) {
    for (const wish of Object.values(spec)) {
      const [name = ""] = isDoc(wish) && isOperation(wish) ? Object.keys(wish) : [];
      if (name !== "" && !isKnown(name))
        throw serverError(31325, `Invalid $project :: caused by :: Unknown expression ${name}`);
      assertExpression(wish);
    }
  },
  $group({ _id, ...output }) {
    assertAccumulators(output);
    if (_id === undefined) throw serverError(15955, "a group specification must include an _id");
    assertExpression(_id);
  },
  $bucket: assertBuckets,
  $bucketAuto: assertBuckets,
  $facet(spec) {
    for (const pipeline of Object.values(spec)) assertPipeline(pipeline, "$facet");
  },
  $lookup({ let: variables, pipeline = [] }) {
    assertExpression(variables);
    assertPipeline(pipeline);
  },
  $graphLookup: ({ startWith }) => assertExpression(startWith),
  $unionWith: (spec) => assertPipeline((isDoc(spec) && spec.pipeline) || []),
  $fill({ output }) {
    if (isDoc(output) && Object.values(output).some((fill) => isDoc(fill) && "method" in fill))
      throw unsupported("the aggregation stage $fill with a method");
  },
};

/** mingo's `$setWindowFields` needs scripts to be allowed. */
const isRefused = isIn("$out $merge $changeStream $geoNear $search $setWindowFields");

const isForUpdates = isIn("$addFields $set $project $unset $replaceRoot $replaceWith");

/**
 * Refuses a pipeline that MongoDB would not begin, whatever it would meet.
 * @throws {MongoServerError} 40323, 40324 — for a stage that is none; 72, 40600 — for one that has no place there; the code of
 * the stage's own check; 115 — for one that the engine does not have
 */
export function assertPipeline(pipeline: unknown, inside?: "$facet" | "an update"): void {
  if (!Array.isArray(pipeline))
    throw serverError(14, `A pipeline must be an array of objects, not ${typeName(pipeline)}`);
  for (const stage of pipeline as unknown[]) {
    const [name = "", ...others] = isDoc(stage) ? Object.keys(stage) : [];
    if (!isDoc(stage) || name === "" || others.length > 0) {
      const what = "A pipeline stage specification object must contain exactly one field.";
      throw serverError(40323, what);
    }
    if (!Object.hasOwn(stages, name) && !isRefused(name))
      throw serverError(40324, `Unrecognized pipeline stage name: '${name}'`);
    const isMisplaced = inside === "$facet" ? name === "$facet" : inside && !isForUpdates(name);
    if (isMisplaced)
      throw serverError(
        inside === "$facet" ? 40600 : 72,
        `${name} is not allowed to be used within ${inside}`,
      );
    if (isRefused(name)) throw unsupported(`the aggregation stage ${name}`);
    const spec = stage[name] as Doc;
    assertSpec(name, spec);
    parts[name]?.(spec);
  }
}
