import type { Server } from "node:http";
import type { Connection } from "../platform/storage/connection.ts";
import type { WebSocket } from "ws";
import {
  closeCode,
  collaborationPath,
  defaultLimits,
  type CollaborationLimits,
} from "../../domain/collaboration/protocol.ts";
import { sha256Hex } from "../../domain/kernel/canonical.ts";
import { isRefusal, Refusal } from "../../domain/kernel/refusal.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import { randomSecret } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import { AccessGate, type Actor, type CollaborationAccess } from "./access.ts";
import { createDrafts, type Drafts } from "./drafts.ts";
import { Peer } from "./peer.ts";
import { Rooms, type Hold } from "./rooms.ts";
import { createCollaborationStore, type CollaborationStore } from "./store.ts";
import { UpgradeDoor, type UpgradeHost } from "./upgrade.ts";

/** What collaboration is given. */
export interface CollaborationDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly access: CollaborationAccess;
  /** Origins whose pages may open a socket, without a final slash. */
  readonly publicOrigins: ReadonlySet<string>;
  readonly limits?: Partial<CollaborationLimits>;
}

/** A pass for one socket: single use, short-lived. */
export interface IssuedTicket {
  readonly ticket: string;
  /** Path of the socket; the ticket goes as `?ticket=`. */
  readonly path: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

const TICK_MS = 500;
const CLOSE_MS = 4_000;
/** Standard close code "try again later" (RFC 6455 registry). */
const TRY_AGAIN_LATER = 1013;

/** The collaboration server: sockets, rooms and the drafts that other features read and change. */
export class Collaboration {
  readonly drafts: Drafts;
  private readonly deps: CollaborationDeps;
  private readonly limits: CollaborationLimits;
  /** The log of edits and its snapshots. */
  readonly store: CollaborationStore;
  private readonly rooms: Rooms;
  private readonly gate: AccessGate;
  private readonly door: UpgradeDoor;
  private readonly timer: NodeJS.Timeout;
  private readonly guests = new Map<Peer, Hold & { readonly docId: string }>();
  private ticks = 0;

  constructor(deps: CollaborationDeps) {
    const { clock, log, bus, access, publicOrigins } = deps;
    this.deps = deps;
    this.limits = { ...defaultLimits, ...deps.limits };
    const { limits } = this;
    this.store = createCollaborationStore(deps.connection);
    this.rooms = new Rooms({ store: this.store, clock, log, limits });
    this.drafts = createDrafts({ rooms: this.rooms, store: this.store, clock });
    const changed = (): void => this.recheckSoon();
    this.gate = new AccessGate({ access, clock, bus, cacheMs: limits.accessCacheMs, changed });
    const host: UpgradeHost = {
      redeem: (ticket, docId) => this.redeem(ticket, docId),
      prepare: (actor, docId) => this.prepare(actor, docId),
    };
    this.door = new UpgradeDoor({ host, publicOrigins, limits, log });
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.timer.unref();
  }

  /** Answers collaboration upgrades of this server. */
  attach(server: Server): void {
    this.door.attach(server);
  }

  /**
   * Gives the actor a pass to one socket of one agreement.
   * @throws {Refusal} not-found — there is nothing here that the actor may see
   */
  async issueTicket(actor: Actor, agreementId: string): Promise<IssuedTicket> {
    const admission = await this.gate.ask(actor, agreementId);
    if (!admission.isIn) throw new Refusal("not-found", "Nothing here that you may see.");
    const ticket = randomSecret();
    const expiresAt = new Date(this.deps.clock.now().getTime() + this.limits.ticketMs);
    const { accountId, sessionId } = actor;
    const id = sha256Hex(ticket);
    await this.store.addTicket({ id, accountId, sessionId, docId: agreementId, expiresAt });
    return { ticket, path: collaborationPath(agreementId), expiresAt: expiresAt.toISOString() };
  }

  /** Number of open sockets. */
  get socketCount(): number {
    return this.guests.size;
  }

  /** Number of agreements in memory. */
  get roomCount(): number {
    return this.rooms.size;
  }

  /** Stops taking sockets in, brings everything to disk, and closes; at most about five seconds. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    this.door.close();
    this.gate.close();
    for (const room of await this.rooms.list()) room.isWritable = false;
    let late: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => (late = setTimeout(resolve, CLOSE_MS)));
    const settled = (await this.rooms.list()).map((room) => room.settled());
    await Promise.race([Promise.allSettled(settled), deadline]);
    for (const peer of this.guests.keys()) peer.close(closeCode.restarting, "restarting");
    for (const hold of this.guests.values()) hold.release();
    await Promise.race([this.rooms.close(), deadline]);
    clearTimeout(late);
  }

  private async redeem(ticket: string, docId: string): Promise<Actor | undefined> {
    const found = await this.store.takeTicket(sha256Hex(ticket), this.deps.clock.now());
    if (!found || found.docId !== docId) return undefined;
    return { accountId: found.accountId, sessionId: found.sessionId };
  }

  /** Opens the room first, so that no frame of the new socket is missed. */
  private async prepare(
    actor: Actor,
    docId: string,
  ): Promise<(ws: WebSocket, isExtended: boolean) => void> {
    const admission = await this.gate.ask(actor, docId);
    if (!admission.isIn) return (ws) => ws.close(admission.close, admission.reason);
    const hold = await this.rooms.hold(docId).catch((error: unknown) => {
      if (isRefusal(error) && error.code === "not-found") return undefined;
      throw error;
    });
    if (!hold) return (ws) => ws.close(closeCode.gone, "gone");
    return (ws, isExtended) => this.welcome({ ws, isExtended, actor, docId, hold });
  }

  private welcome(guest: {
    readonly ws: WebSocket;
    readonly isExtended: boolean;
    readonly actor: Actor;
    readonly docId: string;
    readonly hold: Hold;
  }): void {
    const { ws, actor, docId, hold } = guest;
    const { limits } = this;
    const peer = new Peer({ ws, actor, limits, isExtended: guest.isExtended });
    ws.on("close", () => {
      hold.room.leave(peer);
      this.guests.delete(peer);
      hold.release();
    });
    if (this.isCrowded(actor, hold)) {
      peer.close(TRY_AGAIN_LATER, "too-busy");
      return;
    }
    this.guests.set(peer, { ...hold, docId });
    peer.listen((bytes) => this.receive(peer, bytes));
    hold.room.join(peer);
  }

  private isCrowded(actor: Actor, hold: Hold): boolean {
    const own = [...this.guests.keys()].filter((peer) => peer.actor.accountId === actor.accountId);
    return (
      hold.room.peers.size >= this.limits.maxSocketsPerAgreement ||
      own.length >= this.limits.maxSocketsPerAccount
    );
  }

  private async receive(peer: Peer, bytes: Uint8Array): Promise<void> {
    const guest = this.guests.get(peer);
    if (!guest) return;
    try {
      const recalled = this.gate.recall(peer.actor, guest.docId);
      const admission = recalled ?? (await this.gate.ask(peer.actor, guest.docId));
      if (admission.isIn) guest.room.receive(peer, bytes, admission.access);
      else peer.close(admission.close, admission.reason);
    } catch (error) {
      this.deps.log.error({ err: error, docId: guest.docId }, "collaboration frame failed");
      peer.close(closeCode.restarting, "unexpected");
    }
  }

  private tick(): void {
    this.ticks += 1;
    const isPingDue = this.ticks % Math.ceil(this.limits.pingMs / TICK_MS) === 0;
    const rooms = new Set([...this.guests.values()].map(({ room }) => room));
    for (const room of rooms) room.tick(isPingDue);
    if (this.ticks % Math.ceil(this.limits.accessCacheMs / TICK_MS) === 0) this.recheckSoon();
  }

  private recheckSoon(): void {
    this.gate?.sweep();
    for (const [peer, { docId }] of this.guests) void this.recheck(peer, docId);
  }

  private async recheck(peer: Peer, docId: string): Promise<void> {
    try {
      const admission = await this.gate.ask(peer.actor, docId);
      if (!admission.isIn) peer.close(admission.close, admission.reason);
    } catch (error) {
      this.deps.log.error({ err: error, docId }, "permission not checked");
    }
  }
}

/** Builds the collaboration server; `attach` it to the HTTP server, `close` it before the storage. */
export function createCollaboration(deps: CollaborationDeps): Collaboration {
  return new Collaboration(deps);
}
