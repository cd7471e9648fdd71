import type { VersionContent } from "../../../domain/agreements/version.ts";

/** One person who signs: the name, partner and capacity are printed before anyone signs. */
export interface PrintedSignatory {
  /** Names the field `Signature_<slot>`: letters, digits, `_` and `-` only. */
  readonly slot: string;
  readonly name: string;
  readonly partnerName: string;
  readonly capacity?: string;
}

/** The decision that approved the version, as the last page tells it. */
export interface PrintedDecision {
  readonly title: string;
  readonly outcome: string;
  readonly closedAt: Date;
  /** One sentence per test: "4 of 6 partners; 4 needed". */
  readonly arithmetic: readonly string[];
}

/** All that the first revision of the PDF is made of: the same input gives the same bytes. */
export interface RenderInput {
  readonly content: VersionContent;
  readonly contentSha256: string;
  readonly createdAt: Date;
  readonly decision: PrintedDecision | null;
  /** The decision log's proof (C2SP tlog-proof text), embedded as `decision.tlog-proof`. */
  readonly logProof: string | null;
  readonly signatories: readonly PrintedSignatory[];
}

/** Revision 0: the PDF before any signature, with every signature field declared. */
export interface RenderedPdf {
  readonly pdf: Uint8Array;
  readonly pages: number;
  /** Full names of the signature fields, certification first and archive timestamp last. */
  readonly fields: readonly string[];
}

/** A rectangle on a page in points, measured from the page's top left corner. */
export interface Box {
  readonly slot: string;
  /** From 1. */
  readonly page: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Typst's product: a tagged PDF and where the signature boxes lie. */
export interface LaidOut {
  readonly pdf: Uint8Array;
  readonly pages: number;
  readonly boxes: readonly Box[];
}
