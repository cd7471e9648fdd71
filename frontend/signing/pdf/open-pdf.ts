import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist";
// Vite makes the module: the address of a file of our own origin.
// oxlint-disable-next-line import/default
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";

GlobalWorkerOptions.workerSrc = workerUrl;

/** A document being opened, and the way to give it up. */
export interface OpeningPdf {
  readonly pdf: Promise<PDFDocumentProxy>;
  close(): void;
}

/** Opens a PDF in a worker of our own origin; nothing in it is run as code. */
export function openPdf(bytes: Uint8Array): OpeningPdf {
  // The worker takes the buffer over: it gets a copy.
  const task = getDocument({ data: bytes.slice(), isEvalSupported: false });
  return { pdf: task.promise, close: () => void task.destroy() };
}
