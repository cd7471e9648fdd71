import { entryOf, resolve, rootOf, type PdfFile } from "./pdf-file.ts";
import {
  UnreadablePdf,
  isKind,
  nameOf,
  textOf,
  type PdfDict,
  type PdfReference,
} from "./pdf-values.ts";

/** A signature field declared in the first revision. */
export interface DeclaredField {
  readonly name: string;
  /** Object number of the merged field and widget. */
  readonly number: number;
  readonly role: "certification" | "party" | "archive";
}

/** What the first revision declares, and what of it is out of place. */
export interface Declaration {
  readonly fields: readonly DeclaredField[];
  /** Fields that are not plain, empty signature fields, by name. */
  readonly odd: readonly string[];
}

/** More places to sign than any agreement has: a bound for what strangers send. */
const MAX_FIELDS = 500;

/**
 * Reads the signature fields of the first revision; every other form field is out of place.
 * @throws {UnreadablePdf} when there are too many
 */
export function declaredFields(file: PdfFile): Declaration {
  const [first] = file.revisions;
  if (!first) return { fields: [], odd: [] };
  const form = entryOf(file, 0, rootOf(first), "AcroForm");
  const list = entryOf(file, 0, form, "Fields");
  const fields: DeclaredField[] = [];
  const odd: string[] = [];
  const items = isKind(list, "list") ? list.items : [];
  if (items.length > MAX_FIELDS) throw new UnreadablePdf("too-complex", first.start);
  for (const item of items) {
    const field = resolve(file, 0, item);
    const name = isKind(field, "dict") ? textOf(field.entries.get("T")) : undefined;
    const isKnown = fields.some((each) => each.name === name);
    const role = name === undefined ? undefined : roleOf(name);
    if (
      isKind(item, "reference") &&
      isKind(field, "dict") &&
      isPlain(field) &&
      name &&
      role &&
      !isKnown
    ) {
      fields.push({ name, number: item.number, role });
    } else odd.push(name ?? "?");
  }
  return { fields, odd };
}

/** The signature dictionary that a field holds as of a revision. */
export function signatureOf(
  file: PdfFile,
  revision: number,
  field: DeclaredField,
): { readonly ref: PdfReference; readonly dict: PdfDict } | undefined {
  const holder = resolve(file, revision, {
    kind: "reference",
    number: field.number,
    generation: 0,
  });
  const ref = isKind(holder, "dict") ? holder.entries.get("V") : undefined;
  const dict = resolve(file, revision, ref);
  return isKind(ref, "reference") && isKind(dict, "dict") ? { ref, dict } : undefined;
}

function roleOf(name: string): DeclaredField["role"] | undefined {
  if (name === "Certification") return "certification";
  if (/^Signature_[A-Za-z0-9_-]+$/u.test(name)) return "party";
  return /^Archive_\d+$/u.test(name) ? "archive" : undefined;
}

function isPlain(field: PdfDict): boolean {
  const { entries } = field;
  return (
    nameOf(entries.get("FT")) === "Sig" &&
    nameOf(entries.get("Subtype")) === "Widget" &&
    !entries.has("V") &&
    !entries.has("Kids") &&
    !entries.has("A") &&
    !entries.has("AA")
  );
}
