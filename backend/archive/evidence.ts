import type { RevisionChange } from "../../domain/archive/pdf-changes.ts";
import type { Declaration } from "../../domain/archive/pdf-fields.ts";
import type { PdfFile } from "../../domain/archive/pdf-file.ts";
import type { Check, SignatureReport } from "../../domain/archive/report.ts";
import type { Embedded } from "./embedded.ts";

/** The answer to one question. */
export type Answer = Omit<Check, "id">;

/** What the verifier is told beside the file. */
export interface VerifyOptions {
  /** Root certificates to trust, DER; without any, who signed stays open. */
  readonly roots: readonly Uint8Array[];
  /** The verifier's clock. */
  readonly now: Date;
  /** vkey lines of decision logs to believe. */
  readonly logKeys?: readonly string[];
  /** The content hash that the document must carry, when it is known from elsewhere. */
  readonly expectedSha256?: string;
}

/** All that the checks look at. */
export interface Evidence {
  readonly file: PdfFile;
  readonly declaration: Declaration;
  readonly changes: readonly RevisionChange[];
  readonly signatures: readonly SignatureReport[];
  readonly embedded: Embedded;
  readonly stated: string | undefined;
  readonly proof: string | undefined;
  readonly options: VerifyOptions;
}
