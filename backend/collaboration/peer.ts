import { WebSocket } from "ws";
import { closeCode, type CollaborationLimits } from "../../domain/collaboration/protocol.ts";
import type { Actor } from "./access.ts";
import { acknowledgeFrame, refuseFrame } from "./frames.ts";

/** How long a socket may take to close politely. */
const CLOSE_GRACE_MS = 2_000;
/** Frames waiting to be handled at which the socket is read no further, for now. */
const MAX_WAITING_FRAMES = 64;
/** Longest that a socket is held back for sending too fast before it is sent away. */
const MAX_HELD_MS = 30_000;
const PAUSE_MS = 50;

/** One open socket of one person: its pace, what it waits for, and what could not be sent to it yet. */
export class Peer {
  readonly actor: Actor;
  /** The awareness client id that is this socket's own; the first one it shows. */
  clientId: number | undefined;
  /** Client ids first seen on this socket. */
  boundClientIds = 0;
  /** Log sequence number of the last edit let in from this socket. */
  lastSeq = 0;
  /** We have asked for all it has, and have no answer yet. */
  isAsked = false;
  /** Updates put aside since we asked: the answer will carry them. */
  skipped = 0;
  /** What it has, since it reads too slowly to be sent each edit. */
  lag: { readonly since: number; readonly vector: Uint8Array } | undefined;
  private readonly ws: WebSocket;
  private readonly limits: CollaborationLimits;
  private readonly isExtended: boolean;
  private acks: { readonly seq: number; readonly needs: number }[] = [];
  private lastAsked = 0;
  private tokens: number;
  private refilledAt: number;
  private aliveAt: number;
  private isClosing = false;

  constructor(parts: {
    readonly ws: WebSocket;
    readonly actor: Actor;
    readonly limits: CollaborationLimits;
    /** It speaks `entente.v1`: acknowledgements and refusals. */
    readonly isExtended: boolean;
  }) {
    this.ws = parts.ws;
    this.actor = parts.actor;
    this.limits = parts.limits;
    this.isExtended = parts.isExtended;
    this.tokens = parts.limits.frameBurst;
    this.refilledAt = performance.now();
    this.aliveAt = this.refilledAt;
    this.ws.on("pong", () => this.heard());
  }

  /**
   * Handles frames one after the other, in order. A socket that sends faster than allowed is read more
   * slowly: dropping one of its edits would spoil all that follow.
   */
  listen(handle: (bytes: Uint8Array) => Promise<void>): void {
    const waiting: Uint8Array[] = [];
    let isRunning = false;
    const run = async (): Promise<void> => {
      isRunning = true;
      for (let next = waiting.shift(); next && !this.isClosing; next = waiting.shift()) {
        await this.pace();
        if (!this.isClosing) await handle(next);
        if (this.ws.isPaused && waiting.length === 0) this.ws.resume();
      }
      isRunning = false;
    };
    this.ws.on("message", (bytes, isBinary) => {
      this.heard();
      if (!isBinary || !(bytes instanceof Uint8Array)) {
        this.close(closeCode.malformed, "update-malformed");
        return;
      }
      waiting.push(bytes);
      if (waiting.length >= MAX_WAITING_FRAMES) this.ws.pause();
      if (!isRunning) void run();
    });
  }

  /** Sends a frame. A socket that has let too much pile up is closed. */
  send(frame: Uint8Array): void {
    if (this.ws.readyState !== WebSocket.OPEN) return;
    if (this.ws.bufferedAmount > this.limits.hardBufferBytes) {
      this.close(closeCode.tooSlow, "too-slow");
      return;
    }
    this.ws.send(frame);
  }

  /** Whether so much waits to be read that edits had better be sent together, later. */
  get isSlow(): boolean {
    return this.ws.bufferedAmount > this.limits.softBufferBytes;
  }

  /** Whether it has caught up with what was sent. */
  get isDrained(): boolean {
    return this.ws.bufferedAmount < this.limits.softBufferBytes / 4;
  }

  /** "Tell me when what I sent until now is on disk." */
  ask(seq: number): void {
    this.lastAsked = seq;
    this.acks.push({ seq, needs: this.skipped > 0 ? Number.POSITIVE_INFINITY : this.lastSeq });
  }

  /** What was put aside has come with the answer: its acknowledgements wait for the log only. */
  caughtUp(): void {
    this.isAsked = false;
    if (this.skipped === 0) return;
    this.skipped = 0;
    this.acks = this.acks.map(({ seq, needs }) => ({
      seq,
      needs: Number.isFinite(needs) ? needs : this.lastSeq,
    }));
  }

  /** Sends the acknowledgements that the disk allows. */
  acknowledge(durableSeq: number): void {
    const ready = this.acks.filter(({ needs }) => needs <= durableSeq);
    if (ready.length === 0) return;
    this.acks = this.acks.filter(({ needs }) => needs > durableSeq);
    for (const { seq } of ready) if (this.isExtended) this.send(acknowledgeFrame(seq, durableSeq));
  }

  /** Says that something it sent was refused, or that nothing can be saved for now. */
  refuse(code: string): void {
    if (this.isExtended) this.send(refuseFrame(this.lastAsked, code));
  }

  /** Closes politely, and for certain a moment later. */
  close(code: number, reason: string): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.ws.resume();
    this.ws.close(code, reason);
    setTimeout(() => this.ws.terminate(), CLOSE_GRACE_MS).unref();
  }

  /** Pings, and closes a socket that is dead or has been too slow for too long. */
  check(isPingDue: boolean): void {
    const now = performance.now();
    if (this.lag && now - this.lag.since > this.limits.stalledMs) {
      this.close(closeCode.tooSlow, "too-slow");
    } else if (now - this.aliveAt > this.limits.pingMs * 2 && !this.ws.isPaused) {
      this.ws.terminate();
    } else if (isPingDue && this.ws.readyState === WebSocket.OPEN) {
      this.ws.ping();
    }
  }

  private heard(): void {
    this.aliveAt = performance.now();
  }

  private async pace(): Promise<void> {
    const from = performance.now();
    while (!this.isClosing && !this.takeToken()) {
      this.ws.pause();
      if (performance.now() - from > MAX_HELD_MS)
        this.close(closeCode.tooSlow, "too-many-requests");
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private takeToken(): boolean {
    const now = performance.now();
    const earned = ((now - this.refilledAt) / 1_000) * this.limits.framesPerSecond;
    this.tokens = Math.min(this.limits.frameBurst, this.tokens + Math.max(0, earned));
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
