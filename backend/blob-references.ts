import { agreementBlobs } from "./agreements/index.ts";
import { archiveBlobs } from "./archive/index.ts";
import { decisionBlobs } from "./decisions/index.ts";
import type { BlobReference } from "./platform/storage/references.ts";
import { signingBlobs } from "./signing/index.ts";

/**
 * Every field that names a blob. A backup copies what they name, a check misses it, and the collection of orphans
 * spares it: a field left out here loses data.
 */
export const blobReferences: readonly BlobReference[] = [
  ...agreementBlobs,
  ...decisionBlobs,
  ...signingBlobs,
  ...archiveBlobs,
];
