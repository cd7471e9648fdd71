import { objectAt, rootOf, type PdfFile, type PdfRevision } from "./pdf-file.ts";
import type { DeclaredField } from "./pdf-fields.ts";
import {
  isKind,
  isSame,
  isSameDict,
  nameOf,
  type PdfDict,
  type PdfReference,
  type PdfValue,
} from "./pdf-values.ts";

/** What one later revision does. Only the first three kinds may follow a signature. */
export type RevisionChange =
  | { readonly kind: "signature"; readonly field: DeclaredField; readonly value: PdfReference }
  | { readonly kind: "timestamp"; readonly field: DeclaredField; readonly value: PdfReference }
  | { readonly kind: "validation-data" }
  | { readonly kind: "forbidden"; readonly what: readonly ForbiddenChange[] };

/** A change that nothing justifies: which object, and what it is to a reader. */
export interface ForbiddenChange {
  readonly object: number;
  readonly what:
    | "page"
    | "annotation"
    | "content"
    | "field"
    | "catalog"
    | "trailer"
    | "freed"
    | "other";
}

/**
 * Says what a revision does to the one before it, rejecting by default: filling one declared, empty signature field,
 * adding validation data, nothing else (after pyHanko's difference policy; ISO 32000-2, 12.8.2.2 with P = 2).
 */
export function changeOf(
  file: PdfFile,
  index: number,
  fields: readonly DeclaredField[],
): RevisionChange {
  const revision = file.revisions[index];
  const before = file.revisions[index - 1];
  if (!revision || !before) return { kind: "forbidden", what: [] };
  const structural = trailerChanges(revision, before);
  if (structural.length > 0) return { kind: "forbidden", what: structural };
  return (
    filledField({ file, index, revision, fields }) ??
    validationData({ file, index, revision }) ?? {
      kind: "forbidden",
      what: describe(file, index, revision),
    }
  );
}

function trailerChanges(revision: PdfRevision, before: PdfRevision): ForbiddenChange[] {
  const changes: ForbiddenChange[] = [];
  const same = (key: string): boolean =>
    isSame(revision.trailer.entries.get(key), before.trailer.entries.get(key));
  if (!same("Root") || !same("Info") || !isSame(firstId(revision), firstId(before))) {
    changes.push({ object: 0, what: "trailer" });
  }
  for (const number of revision.freed) {
    if (number !== 0) changes.push({ object: number, what: "freed" });
  }
  return changes;
}

function firstId(revision: PdfRevision): PdfValue | undefined {
  const id = revision.trailer.entries.get("ID");
  return isKind(id, "list") ? id.items[0] : undefined;
}

interface Step {
  readonly file: PdfFile;
  readonly index: number;
  readonly revision: PdfRevision;
}

function filledField(
  step: Step & { fields: readonly DeclaredField[] },
): RevisionChange | undefined {
  const { file, index, revision, fields } = step;
  const field = fields.find((each) => revision.objects.has(each.number));
  if (!field) return undefined;
  const was = objectAt(file, index - 1, field.number);
  const is = revision.objects.get(field.number);
  if (!isKind(was, "dict") || !isKind(is, "dict")) return undefined;
  const value = is.entries.get("V");
  if (was.entries.has("V") || !isSameDict(was, is, new Set(["V"])) || !isKind(value, "reference")) {
    return undefined;
  }
  const dict = revision.objects.get(value.number);
  const isNew = objectAt(file, index - 1, value.number) === undefined;
  if (!isNew || !isKind(dict, "dict") || !isFit(dict, field)) return undefined;
  const others = new Set(revision.objects.keys());
  others.delete(field.number);
  others.delete(value.number);
  if (!mayAccompany(step, others, { field, value })) return undefined;
  return { kind: field.role === "archive" ? "timestamp" : "signature", field, value };
}

/** A document timestamp belongs in an archive slot and nowhere else, a signature the other way round. */
function isFit(dict: PdfDict, field: DeclaredField): boolean {
  const type = nameOf(dict.entries.get("Type"));
  const subFilter = nameOf(dict.entries.get("SubFilter"));
  return field.role === "archive"
    ? type === "DocTimeStamp" && subFilter === "ETSI.RFC3161"
    : type === "Sig" && subFilter === "ETSI.CAdES.detached";
}

/**
 * Beside field and signature, only a certification may touch more: the catalog, to say /Perms and to bring the first
 * validation data.
 */
function mayAccompany(
  step: Step,
  others: Set<number>,
  filled: { readonly field: DeclaredField; readonly value: PdfReference },
): boolean {
  const { file, index, revision } = step;
  if (filled.field.role !== "certification") return others.size === 0;
  const root = rootOf(revision).number;
  const was = objectAt(file, index - 1, root);
  const is = revision.objects.get(root);
  if (!isKind(was, "dict") || !isKind(is, "dict")) return false;
  others.delete(root);
  const expected: PdfDict = { kind: "dict", entries: new Map([["DocMDP", filled.value]]) };
  return (
    !was.entries.has("Perms") &&
    isSameDict(was, is, new Set(["Perms", "DSS"])) &&
    isSame(is.entries.get("Perms"), expected) &&
    isValidationData(step, others)
  );
}

/** A document security store: the catalog gains or changes /DSS, and everything new hangs on it. */
function validationData(step: Step): RevisionChange | undefined {
  const { file, index, revision } = step;
  const root = rootOf(revision).number;
  const was = objectAt(file, index - 1, root);
  const is = objectAt(file, index, root);
  if (!isKind(was, "dict") || !isKind(is, "dict")) return undefined;
  const numbers = new Set(revision.objects.keys());
  numbers.delete(root);
  return is.entries.has("DSS") &&
    isSameDict(was, is, new Set(["DSS"])) &&
    revision.objects.size > 0 &&
    isValidationData(step, numbers)
    ? { kind: "validation-data" }
    : undefined;
}

/**
 * Whether the objects hang on the catalog's /DSS and nowhere else. The store only grows: its lists may be written
 * again, a certificate or revocation list in it never, and it takes nothing from the rest of the document.
 */
function isValidationData({ file, index, revision }: Step, numbers: ReadonlySet<number>): boolean {
  const root = rootOf(revision).number;
  const storeAt = (at: number): ReadonlySet<number> => {
    const catalog = objectAt(file, at, root);
    return reach(file, at, isKind(catalog, "dict") ? catalog.entries.get("DSS") : undefined);
  };
  const before = storeAt(index - 1);
  const now = storeAt(index);
  const isNew = (number: number): boolean => objectAt(file, index - 1, number) === undefined;
  const isList = (number: number): boolean =>
    before.has(number) && !isKind(objectAt(file, index - 1, number), "stream");
  return (
    [...numbers].every((number) => now.has(number) && (isNew(number) || isList(number))) &&
    [...now].every((number) => before.has(number) || isNew(number)) &&
    [...before].every((number) => now.has(number))
  );
}

/** Object numbers that hang on a value. */
function reach(file: PdfFile, index: number, from: PdfValue | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  const queue: (PdfValue | undefined)[] = [from];
  for (let value = queue.pop(); value !== undefined; value = queue.pop()) {
    if (isKind(value, "reference")) {
      if (found.has(value.number)) continue;
      found.add(value.number);
      queue.push(objectAt(file, index, value.number) ?? false);
    } else if (isKind(value, "list")) queue.push(...value.items);
    else if (isKind(value, "dict")) queue.push(...value.entries.values());
    else if (isKind(value, "stream")) queue.push(...value.dict.entries.values());
  }
  return found;
}

function describe(file: PdfFile, index: number, revision: PdfRevision): ForbiddenChange[] {
  const root = rootOf(revision).number;
  const changes = [...revision.objects].map(([object, value]) => ({
    object,
    what:
      object === root ? ("catalog" as const) : whatIs(objectAt(file, index - 1, object) ?? value),
  }));
  return changes.length > 0 ? changes : [{ object: 0, what: "other" }];
}

function whatIs(value: PdfValue): ForbiddenChange["what"] {
  if (isKind(value, "stream")) return "content";
  if (!isKind(value, "dict")) return "other";
  if (nameOf(value.entries.get("FT")) === "Sig" || value.entries.has("FT")) return "field";
  const type = nameOf(value.entries.get("Type"));
  if (type === "Page" || type === "Pages") return "page";
  return type === "Annot" || value.entries.has("Subtype") ? "annotation" : "other";
}
