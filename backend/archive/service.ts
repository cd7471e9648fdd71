import { queryWords } from "../../domain/archive/search.ts";
import type { Report } from "../../domain/archive/report.ts";
import type { ArchiveRecord, RecordSummary } from "../../domain/archive/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Actor } from "../platform/http/route.ts";
import type { ArchiveDeps } from "./deps.ts";
import { ingest } from "./ingest.ts";
import { presentRecord, presentSummary } from "./present.ts";
import type { FoundRecord, RecordFilter } from "./store.ts";

/** What a search asks for. */
export interface ArchiveQuery {
  readonly query?: string | undefined;
  readonly partnershipId?: string | undefined;
  readonly agreementId?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of a search. */
export interface ArchivePage {
  readonly items: readonly RecordSummary[];
  readonly nextCursor?: string;
}

/** The reading room: sealed agreements, found by words, checked on demand. */
export interface ArchiveService {
  /** Records of the caller's partnerships, newest first; every word of the query must begin some word of theirs. */
  search(actor: Actor, query: ArchiveQuery): Promise<ArchivePage>;
  get(actor: Actor, id: string): Promise<ArchiveRecord>;
  /** The sealed PDF. @throws {Refusal} not-found; blob-corrupt */
  getDocument(actor: Actor, id: string): Promise<{ bytes: Uint8Array; record: ArchiveRecord }>;
  /** Verifies the sealed PDF again, now. */
  examine(actor: Actor, id: string): Promise<Report>;
  /** Verifies a stranger's file; nothing of it is kept. @throws {Refusal} not-a-pdf */
  examineFile(pdf: Uint8Array): Promise<Report>;
  /** Takes in the sealed agreement, once. */
  takeIn(agreementId: string): Promise<void>;
  /** Takes in whatever was sealed and is not here yet. */
  catchUp(): Promise<void>;
}

/** Use cases of the archive. */
export function createArchiveService(deps: ArchiveDeps): ArchiveService {
  const load = async (actor: Actor, id: string): Promise<FoundRecord> => {
    const record = await deps.store.findById(id);
    if (!record) throw new Refusal("not-found", "Nothing here that you may see.");
    await deps.access.authorise(actor, "archive.read", record.partnershipId);
    return record;
  };
  return {
    search: (actor, query) => search(deps, actor, query),
    get: async (actor, id) => presentRecord(await load(actor, id)),
    async getDocument(actor, id) {
      const record = await load(actor, id);
      return { bytes: await deps.blobs.get(record.documentSha256), record: presentRecord(record) };
    },
    async examine(actor, id) {
      const record = await load(actor, id);
      const pdf = await deps.blobs.get(record.documentSha256);
      return deps.examination.examine(pdf, record.contentSha256);
    },
    examineFile: (pdf) => deps.examination.examine(pdf),
    async takeIn(agreementId) {
      const sealed = await deps.sealed.findSealed(agreementId);
      if (sealed) await ingest(deps, sealed);
    },
    async catchUp() {
      for (const sealed of await deps.sealed.listSealed()) await ingest(deps, sealed);
    },
  };
}

async function search(deps: ArchiveDeps, actor: Actor, query: ArchiveQuery): Promise<ArchivePage> {
  const mine = await deps.partnerships.list(actor);
  const wanted = mine.filter(
    ({ id }) => query.partnershipId === undefined || id === query.partnershipId,
  );
  const words = queryWords(query.query ?? "");
  // A query of punctuation only asks for nothing that could be found.
  const isHopeless = words.length === 0 && (query.query ?? "").trim() !== "";
  if (wanted.length === 0 || isHopeless) return { items: [] };
  const found = await deps.store.list({
    partnershipIds: wanted.map(({ id }) => id),
    agreementId: query.agreementId,
    words,
    before: positionOf(query.cursor),
    limit: query.limit + 1,
  });
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map(presentSummary),
    ...(last && found.length > page.length
      ? { nextCursor: `${last.sealedAt.toISOString()}_${last._id}` }
      : {}),
  };
}

/** @throws {Refusal} invalid-input — not a cursor of ours */
function positionOf(cursor: string | undefined): RecordFilter["before"] {
  if (cursor === undefined) return undefined;
  const [moment = "", id = ""] = cursor.split("_");
  const sealedAt = new Date(moment);
  if (Number.isNaN(sealedAt.getTime()) || id === "") {
    throw new Refusal("invalid-input", "Some values are not acceptable.", {
      problems: [{ pointer: "/query/cursor", detail: "This is not a cursor of this list." }],
    });
  }
  return { sealedAt, id };
}
