import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import {
  COLLABORATION_PREFIX,
  ENTENTE_PROTOCOL,
  type CollaborationLimits,
} from "../../domain/collaboration/protocol.ts";
import type { Log } from "../platform/log.ts";
import type { Actor } from "./access.ts";

/** How a request to become a socket is answered before it is one. */
export type UpgradeAnswer =
  | { readonly status: 401 | 403 | 404 | 429 | 503 }
  | { readonly actor: Actor; readonly docId: string };

/** What the door asks of the house. */
export interface UpgradeHost {
  /** Takes the ticket away and says whose it was; undefined if it is no good for this agreement. */
  redeem(ticket: string, docId: string): Promise<Actor | undefined>;
  /** Prepares for the socket; the function it returns gets it, at once when it is open. */
  prepare(actor: Actor, docId: string): Promise<(ws: WebSocket, isExtended: boolean) => void>;
}

const MAX_PENDING = 200;
const MAX_PENDING_PER_ADDRESS = 20;
const PENDING_MS = 5_000;
const statusText = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/**
 * Stands at the `upgrade` event for collaboration paths only: origin, ticket, then the handshake.
 * Browsers let any page open a WebSocket to us, with cookies: the origin check and the ticket stop that.
 */
export class UpgradeDoor {
  private readonly parts: {
    readonly host: UpgradeHost;
    readonly publicOrigins: ReadonlySet<string>;
    readonly limits: CollaborationLimits;
    readonly log: Log;
  };
  private readonly sockets: WebSocketServer;
  private readonly pending = new Map<string, number>();
  private pendingTotal = 0;
  private isClosed = false;

  constructor(parts: UpgradeDoor["parts"]) {
    this.parts = parts;
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: parts.limits.maxFrameBytes,
      perMessageDeflate: false,
      clientTracking: false,
      maxFragments: 1_024,
      maxBufferedChunks: 8_192,
      handleProtocols: (offered) => offered.has(ENTENTE_PROTOCOL) && ENTENTE_PROTOCOL,
    });
  }

  /** Listens to a server's upgrades, leaving every other path to others. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const url = parseUrl(request.url);
      if (url?.pathname.startsWith(COLLABORATION_PREFIX))
        void this.admit(request, url, { socket, head });
    });
  }

  /** Answers 503 from now on. */
  close(): void {
    this.isClosed = true;
    this.sockets.close();
  }

  private async admit(
    request: IncomingMessage,
    url: URL,
    raw: { readonly socket: Duplex; readonly head: Buffer },
  ): Promise<void> {
    const { socket } = raw;
    const drop = (): void => void socket.destroy();
    socket.on("error", drop);
    const address = request.socket.remoteAddress ?? "";
    const timer = setTimeout(drop, PENDING_MS);
    this.count(address, 1);
    try {
      const answer = await this.judge(request, url, address);
      if ("status" in answer) reject(socket, answer.status);
      else await this.open(request, raw, answer);
    } catch (error) {
      this.parts.log.error({ err: error }, "collaboration upgrade failed");
      reject(socket, 500);
    } finally {
      clearTimeout(timer);
      socket.off("error", drop);
      this.count(address, -1);
    }
  }

  private async judge(request: IncomingMessage, url: URL, address: string): Promise<UpgradeAnswer> {
    if (this.isClosed) return { status: 503 };
    const isCrowded =
      this.pendingTotal > MAX_PENDING || (this.pending.get(address) ?? 0) > MAX_PENDING_PER_ADDRESS;
    if (isCrowded) return { status: 429 };
    const { origin } = request.headers;
    if (origin !== undefined && !this.parts.publicOrigins.has(origin)) return { status: 403 };
    const docId = readDocId(url);
    if (docId === undefined) return { status: 404 };
    const ticket = url.searchParams.get("ticket");
    const actor = ticket ? await this.parts.host.redeem(ticket, docId) : undefined;
    return actor ? { actor, docId } : { status: 401 };
  }

  private async open(
    request: IncomingMessage,
    raw: { readonly socket: Duplex; readonly head: Buffer },
    guest: { readonly actor: Actor; readonly docId: string },
  ): Promise<void> {
    const welcome = await this.parts.host.prepare(guest.actor, guest.docId);
    if (raw.socket.destroyed) return;
    this.sockets.handleUpgrade(request, raw.socket, raw.head, (ws) => {
      ws.on("error", () => ws.terminate());
      welcome(ws, ws.protocol === ENTENTE_PROTOCOL);
    });
  }

  private count(address: string, by: number): void {
    this.pendingTotal += by;
    const left = (this.pending.get(address) ?? 0) + by;
    if (left > 0) this.pending.set(address, left);
    else this.pending.delete(address);
  }
}

function parseUrl(target: string | undefined): URL | undefined {
  try {
    return new URL(target ?? "", "http://host.invalid");
  } catch {
    return undefined;
  }
}

function readDocId(url: URL): string | undefined {
  try {
    const docId = decodeURIComponent(url.pathname.slice(COLLABORATION_PREFIX.length));
    return /^[\w-]{1,100}$/.test(docId) ? docId : undefined;
  } catch {
    return undefined;
  }
}

function reject(socket: Duplex, status: keyof typeof statusText): void {
  if (socket.destroyed) return;
  socket.once("finish", () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${statusText[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
