/** Path of the collaboration socket of one agreement; a ticket travels as `?ticket=`. */
export function collaborationPath(agreementId: string): string {
  return `${COLLABORATION_PREFIX}${encodeURIComponent(agreementId)}`;
}

/** Where collaboration sockets live; the rest of the path is the agreement's id. */
export const COLLABORATION_PREFIX = "/collaboration/";

/** WebSocket sub-protocol that adds `acknowledge` and `refuse` to the y-websocket protocol. */
export const ENTENTE_PROTOCOL = "entente.v1";

/** Names of the shared types: the text is a Y.XmlFragment, the facts a Y.Map. There are no others. */
export const sharedTypes = { text: "text", facts: "facts" } as const;

/**
 * First number of every frame. 0, 1 and 3 are y-websocket's.
 * - `acknowledge`: the client sends `[120][seq]`; the server answers `[120][seq][logSeq]` once
 *   everything it received earlier on that socket is on disk. `seq` is the client's own counter, from 1.
 * - `refuse`: the server sends `[121][seq][code]`: something sent after the acknowledge request `seq`
 *   (0: before the first one) was refused and reached nobody. The socket is closed after it, unless the
 *   code is `storage-full` or `too-busy`: then nothing is lost, but nothing is saved for now.
 *
 * Numbers and lengths are lib0 varUint, strings lib0 varString.
 */
export const messageType = {
  sync: 0,
  awareness: 1,
  queryAwareness: 3,
  acknowledge: 120,
  refuse: 121,
} as const;

/** Second number of a `sync` frame (y-protocols/sync). */
export const syncType = { step1: 0, step2: 1, update: 2 } as const;

/**
 * Why the server closed the socket. By the convention of y-websocket 3, 4400–4499 are permanent (the
 * client stops) and everything else is tried again.
 */
export const closeCode = {
  /** The frame or update cannot be read, or breaks the text: the client's own copy is not to be trusted. */
  malformed: 4400,
  notAuthenticated: 4401,
  notAllowed: 4403,
  /** The agreement is locked: what was sent after the lock is not in it. */
  locked: 4409,
  gone: 4410,
  clientTooOld: 4426,
  restarting: 4500,
  notOwner: 4503,
  tooSlow: 4508,
} as const;

/** One of the close codes above. */
export type CloseCode = (typeof closeCode)[keyof typeof closeCode];

/** What a collaboration server accepts; one table for the server, the editor and the tests. */
export interface CollaborationLimits {
  /** Longest frame. */
  readonly maxFrameBytes: number;
  /** Frames per second of one socket in the long run, and how many at once. */
  readonly framesPerSecond: number;
  readonly frameBurst: number;
  /** Largest stored state of one agreement. */
  readonly maxStateBytes: number;
  /** Longest text, in ProseMirror positions. */
  readonly maxTextSize: number;
  readonly maxFactsBytes: number;
  readonly maxAwarenessBytes: number;
  readonly maxSocketsPerAgreement: number;
  readonly maxSocketsPerAccount: number;
  /** Clients' own ids that one socket may bring along (offline edits of earlier sessions). */
  readonly maxClientIdsPerSocket: number;
  /** Edits that may wait for a failing disk before sockets are sent away. */
  readonly maxUnsavedBytes: number;
  /** Log records between two snapshots. */
  readonly snapshotEvery: number;
  /** Time an agreement without readers stays in memory. */
  readonly idleMs: number;
  readonly ticketMs: number;
  readonly accessCacheMs: number;
  readonly pingMs: number;
  /** Bytes waiting in a socket at which updates are held back, and at which it is closed. */
  readonly softBufferBytes: number;
  readonly hardBufferBytes: number;
  readonly stalledMs: number;
}

/** The limits in force unless the configuration says otherwise. */
export const defaultLimits: CollaborationLimits = {
  maxFrameBytes: 1_048_576,
  framesPerSecond: 60,
  frameBurst: 200,
  maxStateBytes: 8_388_608,
  maxTextSize: 1_500_000,
  maxFactsBytes: 262_144,
  maxAwarenessBytes: 4_096,
  maxSocketsPerAgreement: 100,
  maxSocketsPerAccount: 20,
  maxClientIdsPerSocket: 64,
  maxUnsavedBytes: 4_194_304,
  snapshotEvery: 500,
  idleMs: 30_000,
  ticketMs: 60_000,
  accessCacheMs: 2_000,
  pingMs: 20_000,
  softBufferBytes: 1_048_576,
  hardBufferBytes: 8_388_608,
  stalledMs: 15_000,
};

/**
 * Colours of partners, in the order they joined: Okabe and Ito's palette (2008), told apart by
 * colour-blind readers, darkened where white initials would not read on them.
 */
export const partnerColors = [
  "#0072b2",
  "#b8500a",
  "#00795a",
  "#a3498a",
  "#7a6a00",
  "#2f6f9f",
  "#9a3b3b",
  "#5b5ea6",
] as const;

/** What others see of a person who is in the text: written by the server, never by the client. */
export interface Presence {
  readonly name: string;
  readonly initials: string;
  /** Name of the partner the person acts for. */
  readonly partner: string;
  /** `#rrggbb`. */
  readonly color: string;
}
