import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import type { Awareness } from "y-protocols/awareness";
import { messageYjsSyncStep1 } from "y-protocols/sync";
import { WebsocketProvider } from "y-websocket";
import type * as Y from "yjs";
import { closeCode, ENTENTE_PROTOCOL, messageType } from "../../domain/collaboration/protocol.ts";
import type { ClosedReason, DraftStatus } from "../agreements/index.tsx";
import { createLive, type Live } from "../platform/live.ts";
import { api } from "../platform/api.ts";
import { isApiRefusal } from "../platform/refusal.ts";
import { Acknowledgements } from "./acknowledgements.ts";

/** The server could not write for now: nothing is lost and the socket stays. */
const passingRefusals: readonly string[] = ["storage-full", "too-busy"];
/** How long edits gather before the server is asked to confirm them. */
const ASK_AFTER_MS = 120;
const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 15_000;

interface Ticket {
  readonly ticket: string;
  /** Path of the socket on this host. */
  readonly path: string;
}

/** What a connection carries. */
export interface ConnectionParts {
  readonly agreementId: string;
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
}

/**
 * Keeps a draft's document in step with the server over the y-websocket protocol: one single-use
 * ticket per socket, confirmations counted (messages 120 and 121), reconnection with backoff.
 * Tabs do not talk to each other behind the server's back.
 */
export class DraftConnection {
  private readonly cell = createLive<DraftStatus>({ kind: "connecting", unsaved: 0 });
  private readonly loaded = createLive(false);
  private readonly edits = new Acknowledgements();
  private readonly provider: WebsocketProvider;
  private readonly parts: ConnectionParts;
  private isCaughtUp = false;
  private isStopped = false;
  private isOpening = false;
  private savedAt: number | null = null;
  private trouble: string | null = null;
  private failures = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private askTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ConnectionParts) {
    this.parts = parts;
    this.provider = new WebsocketProvider(location.origin, parts.agreementId, parts.doc, {
      connect: false,
      awareness: parts.awareness,
      protocols: [ENTENTE_PROTOCOL],
      disableBc: true,
      shouldReconnect: () => false,
    });
    this.listen();
    void this.open();
  }

  get status(): Live<DraftStatus> {
    return this.cell;
  }

  get isLoaded(): Live<boolean> {
    return this.loaded;
  }

  /** Tries again now. */
  readonly retry = (): void => {
    if (this.isStopped || this.provider.wsconnected) return;
    this.failures = 0;
    void this.open();
  };

  /** Ends the connection for good. */
  close(): void {
    this.isStopped = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.askTimer);
    globalThis.removeEventListener("online", this.retry);
    globalThis.removeEventListener("offline", this.dropWhenOffline);
    globalThis.removeEventListener("beforeunload", this.guardUnload);
    this.parts.doc.off("update", this.noteEdit);
    this.provider.destroy();
  }

  private listen(): void {
    const { provider } = this;
    const readSync = provider.messageHandlers[messageType.sync];
    provider.messageHandlers[messageType.sync] = (encoder, decoder, ...rest) => {
      const isStep1 = decoding.peekVarUint(decoder) === messageYjsSyncStep1;
      readSync?.(encoder, decoder, ...rest);
      if (isStep1) this.afterAnswerToStep1();
    };
    provider.messageHandlers[messageType.acknowledge] = (_encoder, decoder) => {
      this.confirm(decoding.readVarUint(decoder));
    };
    provider.messageHandlers[messageType.refuse] = (_encoder, decoder) => {
      decoding.readVarUint(decoder);
      this.refuse(decoding.readVarString(decoder));
    };
    provider.on("status", () => this.show());
    provider.on("sync", (isSynced: boolean) => {
      if (isSynced) this.loaded.set(true);
      this.show();
    });
    provider.on("connection-close", (event) => this.whenClosed(event?.code ?? 0));
    this.parts.doc.on("update", this.noteEdit);
    globalThis.addEventListener("online", this.retry);
    globalThis.addEventListener("offline", this.dropWhenOffline);
    globalThis.addEventListener("beforeunload", this.guardUnload);
  }

  private readonly noteEdit = (_update: Uint8Array, origin: unknown): void => {
    if (origin === this.provider) return;
    this.edits.note();
    this.askSoon();
    this.show();
  };

  private readonly dropWhenOffline = (): void => {
    const { provider } = this;
    if (provider.ws !== null) provider.disconnect();
  };

  /** Leaving with unsaved edits loses them: the browser asks first. */
  private readonly guardUnload = (event: BeforeUnloadEvent): void => {
    if (this.edits.unsaved > 0) event.preventDefault();
  };

  /** The answer to step 1 carries what was written offline; it leaves right after this turn. */
  private afterAnswerToStep1(): void {
    setTimeout(() => {
      this.isCaughtUp = this.provider.wsconnected;
      this.ask();
    }, 0);
  }

  private askSoon(): void {
    this.askTimer ??= setTimeout(() => {
      this.askTimer = undefined;
      this.ask();
    }, ASK_AFTER_MS);
  }

  private ask(): void {
    const socket = this.provider.ws;
    if (!this.isCaughtUp || socket === null || this.edits.unsaved === 0) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.acknowledge);
    encoding.writeVarUint(encoder, this.edits.latest);
    socket.send(encoding.toUint8Array(encoder));
  }

  private confirm(sequence: number): void {
    this.edits.confirm(sequence);
    this.trouble = null;
    if (this.edits.unsaved === 0) this.savedAt = Date.now();
    this.show();
  }

  private refuse(code: string): void {
    if (passingRefusals.includes(code)) {
      this.trouble = code;
      this.show();
      return;
    }
    this.isStopped = true;
    this.cell.set({ kind: "refused", code, unsaved: this.edits.unsaved });
    this.provider.disconnect();
  }

  private whenClosed(code: number): void {
    // Set before the provider schedules its own attempt, which would reuse a spent ticket.
    this.provider.shouldConnect = false;
    this.isCaughtUp = false;
    if (this.isStopped) return;
    const isPermanent = code >= 4400 && code < 4500 && code !== closeCode.notAuthenticated;
    if (isPermanent) this.end(code);
    else this.retryLater();
  }

  private end(code: number): void {
    this.isStopped = true;
    this.cell.set({ kind: "closed", reason: reasonOf(code), unsaved: this.edits.unsaved });
  }

  private retryLater(): void {
    clearTimeout(this.retryTimer);
    const spread = 0.75 + Math.random() / 2;
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, LONGEST_RETRY_MS) * spread;
    this.failures += 1;
    this.retryTimer = setTimeout(() => void this.open(), waitMs);
    this.show();
  }

  private async open(): Promise<void> {
    if (this.isOpening || this.isStopped || this.provider.ws !== null) return;
    this.isOpening = true;
    clearTimeout(this.retryTimer);
    try {
      const path = `/agreements/${encodeURIComponent(this.parts.agreementId)}/collaboration-ticket`;
      this.dial(await api.post<Ticket>(path));
    } catch (error) {
      this.afterFailedTicket(error);
    } finally {
      this.isOpening = false;
    }
  }

  private dial({ ticket, path }: Ticket): void {
    if (this.isStopped) return;
    const { provider } = this;
    const cut = path.lastIndexOf("/");
    provider.serverUrl = location.origin.replace(/^http/, "ws") + path.slice(0, cut);
    provider.roomname = path.slice(cut + 1);
    provider.params = { ticket };
    provider.connect();
  }

  private afterFailedTicket(error: unknown): void {
    if (this.isStopped) return;
    if (isApiRefusal(error) && error.status >= 400 && error.status < 500 && error.status !== 429) {
      this.end(codeOfStatus(error.status));
    } else this.retryLater();
  }

  private show(): void {
    if (this.isStopped) return;
    this.cell.set(this.statusNow());
  }

  private statusNow(): DraftStatus {
    const { unsaved } = this.edits;
    if (this.provider.synced) {
      this.failures = 0;
      if (unsaved === 0) return { kind: "saved", since: this.savedAt };
      return this.trouble === null
        ? { kind: "sending", unsaved }
        : { kind: "stalled", code: this.trouble, unsaved };
    }
    const isFirst = !this.loaded.get() && this.failures < 2;
    return isFirst ? { kind: "connecting", unsaved } : { kind: "offline", unsaved };
  }
}

function codeOfStatus(status: number): number {
  if (status === 401) return closeCode.notAuthenticated;
  return status === 404 || status === 410 ? closeCode.gone : closeCode.notAllowed;
}

function reasonOf(code: number): ClosedReason {
  switch (code) {
    case closeCode.locked:
      return "locked";
    case closeCode.gone:
      return "gone";
    case closeCode.notAllowed:
    case closeCode.notAuthenticated:
      return "not-allowed";
    case closeCode.clientTooOld:
      return "too-old";
    default:
      return "refused";
  }
}
