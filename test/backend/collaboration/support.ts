import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as decoding from "lib0/decoding";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import {
  createCollaboration,
  type AccessLevel,
  type Collaboration,
} from "../../../backend/collaboration/index.ts";
import { acknowledgeFrame, refuseFrame } from "../../../backend/collaboration/frames.ts";
import { createBus, type Bus } from "../../../backend/platform/bus.ts";
import { systemClock } from "../../../backend/platform/clock.ts";
import { createLog } from "../../../backend/platform/log.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import {
  ENTENTE_PROTOCOL,
  messageType,
  type CollaborationLimits,
} from "../../../domain/collaboration/protocol.ts";
import { sampleFacts, sampleText } from "./editing.ts";
import { watchFullScans } from "../../support/full-scans.ts";

export const AGREEMENT = "agreement-1";
export const ORIGIN = "https://entente.example";

/** Waits for a condition; fails after `timeoutMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what = "condition",
  timeoutMs = 5_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`still not true after ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

/** A collaboration server on its own storage and port. */
export class TestServer {
  readonly levels = new Map<string, AccessLevel["level"]>();
  readonly dataDir: string;
  bus!: Bus;
  port = 0;
  storage!: Storage;
  collaboration!: Collaboration;
  private limits: Partial<CollaborationLimits>;
  private stopHttp: () => Promise<void> = async () => {};

  private constructor(dataDir: string, limits: Partial<CollaborationLimits>) {
    this.dataDir = dataDir;
    this.limits = limits;
  }

  /** Starts a server with one draft, on a fresh folder. */
  static async start(limits: Partial<CollaborationLimits> = {}): Promise<TestServer> {
    return TestServer.startIn(await mkdtemp(join(tmpdir(), "entente-co-")), limits, true);
  }

  /** Starts a server on a folder; a new one gets its draft. */
  static async startIn(
    dataDir: string,
    limits: Partial<CollaborationLimits>,
    isNew: boolean,
  ): Promise<TestServer> {
    const server = new TestServer(dataDir, limits);
    await server.open();
    const content = { text: sampleText, facts: sampleFacts };
    if (isNew) await server.collaboration.drafts.create(AGREEMENT, content);
    return server;
  }

  async open(limits = this.limits): Promise<void> {
    this.limits = limits;
    const log = createLog("silent");
    this.bus = createBus(log);
    this.storage = await openStorage({ dataDir: this.dataDir });
    watchFullScans(this.storage);
    this.collaboration = createCollaboration({
      connection: this.storage.connection,
      clock: systemClock,
      log,
      bus: this.bus,
      limits,
      publicOrigins: new Set([ORIGIN]),
      access: { levelOf: async ({ accountId }) => this.accessOf(accountId) },
    });
    await this.storage.ready();
    const http = createServer();
    this.collaboration.attach(http);
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    this.port = typeof address === "object" && address ? address.port : 0;
    this.stopHttp = async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    };
  }

  /** Closes everything, keeping the data. */
  async shut(): Promise<void> {
    await this.collaboration.close();
    await this.stopHttp();
    await this.storage.close();
  }

  /** Closes everything and removes the data. */
  async stop(): Promise<void> {
    await this.shut();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  publish(type: string): void {
    this.bus.publish({ type, partnershipId: "p", at: new Date().toISOString(), subject: {} });
  }

  async url(accountId: string, agreementId = AGREEMENT): Promise<string> {
    const actor = { accountId, sessionId: `session-${accountId}` };
    const { ticket, path } = await this.collaboration.issueTicket(actor, agreementId);
    return `ws://127.0.0.1:${this.port}${path}?ticket=${ticket}`;
  }

  /** An editor by the ordinary y-websocket client. */
  async editor(accountId: string, doc = new Y.Doc()): Promise<Editor> {
    const editor = new Editor(this, accountId, doc);
    await editor.connect();
    return editor;
  }

  /** A socket that sends what it is told. */
  async raw(accountId: string, protocols: string[] = [ENTENTE_PROTOCOL]): Promise<RawSocket> {
    const ws = new WebSocket(await this.url(accountId), protocols);
    const socket = new RawSocket(ws);
    await once(ws, "open");
    return socket;
  }

  private accessOf(accountId: string): AccessLevel {
    const level = this.levels.get(accountId) ?? "write";
    const initials = accountId.slice(0, 2).toUpperCase();
    return {
      level,
      name: `Name of ${accountId}`,
      initials,
      partner: "Passerelle",
      color: "#0072b2",
    };
  }
}

/** A person with the text open: the y-websocket provider and messages 120 and 121. */
export class Editor {
  readonly doc: Y.Doc;
  readonly provider: WebsocketProvider;
  readonly refusals: string[] = [];
  closeCode: number | undefined;
  acknowledged = 0;
  logSeq = 0;
  private asked = 0;
  private readonly server: Pick<TestServer, "url">;
  private readonly accountId: string;

  constructor(server: Pick<TestServer, "url">, accountId: string, doc = new Y.Doc()) {
    this.server = server;
    this.accountId = accountId;
    this.doc = doc;
    this.provider = new WebsocketProvider("ws://unused.invalid", AGREEMENT, doc, {
      connect: false,
      WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
      protocols: [ENTENTE_PROTOCOL],
      disableBc: true,
      shouldReconnect: () => false,
    });
    this.provider.messageHandlers[messageType.acknowledge] = (_encoder, decoder) => {
      this.acknowledged = decoding.readVarUint(decoder);
      this.logSeq = decoding.readVarUint(decoder);
    };
    this.provider.messageHandlers[messageType.refuse] = (_encoder, decoder) => {
      decoding.readVarUint(decoder);
      this.refusals.push(decoding.readVarString(decoder));
    };
    this.provider.on("connection-close", (event) => (this.closeCode = event?.code));
  }

  get text(): string {
    return this.doc.getXmlFragment("text").toJSON();
  }

  async connect(): Promise<void> {
    const url = new URL(await this.server.url(this.accountId));
    this.provider.serverUrl = `${url.protocol}//${url.host}/collaboration`;
    this.provider.params = { ticket: url.searchParams.get("ticket") ?? "" };
    this.provider.connect();
    await until(() => this.provider.synced, "synced");
  }

  /** Asks for an acknowledgement of everything typed so far. Returns the number to wait for. */
  ask(): number {
    this.asked += 1;
    this.provider.ws?.send(ackRequest(this.asked));
    return this.asked;
  }

  /** Resolves when everything typed so far is acknowledged. */
  async saved(): Promise<void> {
    const seq = this.ask();
    await until(() => this.acknowledged >= seq, "acknowledged");
  }

  leave(): void {
    this.provider.destroy();
  }
}

/** A request of message 120. */
export function ackRequest(seq: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(acknowledgeFrame(seq, 0).slice(0, -1));
}

/** A socket under the test's full control. */
export class RawSocket {
  readonly ws: WebSocket;
  readonly frames: Uint8Array[] = [];
  closeCode: number | undefined;
  closeReason = "";

  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("message", (bytes: Buffer) => this.frames.push(new Uint8Array(bytes)));
    ws.on("close", (code, reason) => {
      this.closeCode = code;
      this.closeReason = reason.toString();
    });
    ws.on("error", () => {});
  }

  send(frame: Uint8Array): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(frame);
  }

  async closed(timeoutMs = 5_000): Promise<number> {
    await until(() => this.closeCode !== undefined, "socket closed", timeoutMs);
    return this.closeCode ?? 0;
  }

  wasRefused(seq: number, code: string): boolean {
    const wanted = Buffer.from(refuseFrame(seq, code));
    return this.frames.some((frame) => wanted.equals(frame));
  }
}
