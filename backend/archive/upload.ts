import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import createBusboy from "busboy";
import { isRefusal, Refusal } from "../../domain/kernel/refusal.ts";

/** Largest file that is verified. */
export const MAX_UPLOAD_BYTES = 25 * 1024 * 1024;

/** A request whose body has not been read. */
export type UploadRequest = Readable & { readonly headers: IncomingHttpHeaders };

/**
 * Reads the one file of a multipart form, field `file`, into memory.
 * @throws {Refusal} unsupported-media-type — not multipart/form-data
 * @throws {Refusal} body-too-large — over 25 MiB
 * @throws {Refusal} malformed-body — the form breaks off, or holds more than its one file
 * @throws {Refusal} invalid-input — no file in field `file`
 */
export async function readUpload(request: UploadRequest): Promise<Uint8Array> {
  if (!/^multipart\/form-data\s*;/iu.test(request.headers["content-type"] ?? "")) {
    throw new Refusal("unsupported-media-type", "Send multipart/form-data with one file.");
  }
  if (Number(request.headers["content-length"] ?? 0) > MAX_UPLOAD_BYTES + 65_536) {
    throw tooLarge();
  }
  try {
    return await readOneFile(request);
  } finally {
    // What is left of the body is not wanted; the connection stays usable.
    request.unpipe();
    request.resume();
  }
}

function readOneFile(request: UploadRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parser = parserFor(request);
    let file: Promise<Uint8Array> | undefined;
    parser.on("file", (name, stream) => {
      if (name !== "file") stream.resume();
      else file = collect(stream);
      // A form that breaks off fails here first: unheard, that would end the process.
      file?.catch((error: unknown) => reject(isRefusal(error) ? error : malformed()));
    });
    parser.on("filesLimit", () => reject(malformed()));
    parser.on("partsLimit", () => reject(malformed()));
    parser.on("error", () => reject(malformed()));
    parser.on("close", () => {
      if (file) file.then(resolve, reject);
      else reject(new Refusal("invalid-input", "Send the file in the field “file”."));
    });
    request.on("aborted", () => reject(malformed()));
    request.pipe(parser);
  });
}

/** @throws {Refusal} malformed-body — a form without a boundary */
function parserFor({ headers }: UploadRequest): ReturnType<typeof createBusboy> {
  try {
    return createBusboy({
      headers,
      limits: { files: 1, fields: 8, parts: 9, fileSize: MAX_UPLOAD_BYTES, headerPairs: 20 },
    });
  } catch {
    throw malformed();
  }
}

async function collect(stream: Readable & { truncated?: boolean }): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  if (stream.truncated) throw tooLarge();
  return Buffer.concat(chunks);
}

function tooLarge(): Refusal {
  return new Refusal("body-too-large", "The file is larger than 25 MB.");
}

function malformed(): Refusal {
  return new Refusal("malformed-body", "The form cannot be read.");
}
