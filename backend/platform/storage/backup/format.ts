import { createHash } from "node:crypto";
import { z } from "zod";
import { Refusal } from "../../../../domain/kernel/refusal.ts";

/*
 * A backup is a folder that belongs to no engine:
 *
 *   manifest.json                what is in it, sealed by a hash over itself
 *   documents/<collection>.bson  the documents as BSON one after the other, by `_id`
 *   blobs.txt                    "<sha256> <bytes>" for each blob, sorted
 *   blobs/ab/cdef…               the blobs
 *   keys/…                       with --with-keys: secrets of the data folder
 */

/** Names this format in the manifest. */
export const backupFormat = "entente-backup/1";
/** Names of the parts of a backup. */
export const parts = {
  manifest: "manifest.json",
  documents: "documents",
  blobList: "blobs.txt",
  blobs: "blobs",
  keys: "keys",
} as const;

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const countSchema = z.number().int().min(0);

/** Names like `keys/log.ed25519`; a backup from elsewhere must not write outside its folder. */
const pathSchema = z
  .string()
  .regex(/^[^/\\\0]+(\/[^/\\\0]+)*$/)
  .refine((path) => path.split("/").every((name) => name !== "." && name !== ".."));

const fileSchema = z.strictObject({
  path: pathSchema,
  sha256: sha256Schema,
  sizeBytes: countSchema,
});

const indexSchema = z.strictObject({
  name: z.string(),
  key: z.array(z.tuple([z.string(), z.union([z.number(), z.string()])])),
  unique: z.boolean(),
  sparse: z.boolean(),
  /** MongoDB Extended JSON (canonical). */
  partialFilter: z.string().nullable(),
  expireAfterSeconds: z.number().nullable(),
});

const manifestSchema = z.strictObject({
  format: z.literal(backupFormat),
  program: z.string(),
  instance: z.string(),
  madeAt: z.iso.datetime(),
  engine: z.string(),
  schemaVersion: countSchema,
  hasKeys: z.boolean(),
  collections: z.array(
    z.strictObject({ name: z.string(), documents: countSchema, indexes: z.array(indexSchema) }),
  ),
  blobs: z.strictObject({ count: countSchema, sizeBytes: countSchema }),
  files: z.array(fileSchema),
  /** SHA-256 over documents and blobs alone: the same for two backups of the same state, whatever engine kept it. */
  contentSha256: sha256Schema,
  /** SHA-256 of the manifest without this field. */
  sealSha256: sha256Schema,
});

/** One file of a backup; blobs are listed in `blobs.txt` instead. */
export type BackupFile = z.infer<typeof fileSchema>;
/** An index in no engine's own words. */
export type BackupIndex = z.infer<typeof indexSchema>;
/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Where a collection's documents are. */
export function documentsPath(collection: string): string {
  return `${parts.documents}/${encodeURIComponent(collection)}.bson`;
}

/** Where a blob is, below `blobs/`. */
export function blobPath(hash: string): string {
  return `${hash.slice(0, 2)}/${hash.slice(2)}`;
}

/** One line of `blobs.txt`. */
export function blobLine(hash: string, sizeBytes: number): string {
  return `${hash} ${sizeBytes}\n`;
}

/**
 * Hash of the content: documents and blobs. Keys do not count, and neither do empty collections: an engine makes
 * them when it likes.
 */
export function contentHashOf(files: readonly BackupFile[]): string {
  const lines = files
    .filter(({ path }) => path.startsWith(`${parts.documents}/`) || path === parts.blobList)
    .filter(({ sizeBytes }) => sizeBytes > 0)
    .map(({ path, sha256, sizeBytes }) => `${sha256} ${sizeBytes} ${path}\n`);
  return sha256(lines.sort().join(""));
}

type Unsealed = Omit<Manifest, "sealSha256">;

function textOf(manifest: Unsealed): string {
  return JSON.stringify(manifest, null, 2);
}

/** The manifest's text, with its seal. */
export function formatManifest(manifest: Unsealed): string {
  const sealed: Manifest = { ...manifest, sealSha256: sha256(textOf(manifest)) };
  return `${JSON.stringify(sealed, null, 2)}\n`;
}

/**
 * Reads a manifest. It must be, byte for byte, what {@link formatManifest} writes, so that no flipped bit goes unseen.
 * @throws {Refusal} backup-damaged — when it is not, or is of a format we do not know
 */
export function parseManifest(text: string): Manifest {
  const damaged = () => new Refusal("backup-damaged", `${parts.manifest} is damaged`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw damaged();
  }
  const { format } = z.looseObject({ format: z.string() }).safeParse(json).data ?? {};
  const known = manifestSchema.safeParse(json);
  if (!known.success) {
    if (format !== undefined && /^entente-backup\/\d+$/.test(format) && format !== backupFormat)
      throw new Refusal("backup-damaged", `This program does not read the format ${format}`);
    throw damaged();
  }
  const { sealSha256: _seal, ...unsealed } = known.data;
  if (formatManifest(unsealed) !== text) throw damaged();
  return known.data;
}
