import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import { followSchema, type News, type SocketAnswer } from "../../domain/notifications/events.ts";
import { isRefusal, Refusal } from "../../domain/kernel/refusal.ts";
import type { Access } from "../partnerships/index.ts";
import type { Bus, DomainEvent } from "../platform/bus.ts";
import { accessTokenInCookies, type Origins } from "../platform/http/credentials.ts";
import type { Actor } from "../platform/http/route.ts";
import type { Log } from "../platform/log.ts";

/** What the news sockets need. */
export interface SocketDeps {
  readonly bus: Bus;
  readonly log: Log;
  readonly origins: Origins;
  readonly access: Access;
  authenticateToken(token: string): Promise<Actor>;
}

/** Live news for open pages. */
export interface NewsSockets {
  attach(server: HttpServer): void;
  close(): Promise<void>;
}

interface SocketState {
  actor: Actor;
}

const roomOf = (partnershipId: string): string => `partnership:${partnershipId}`;
const MAX_FOLLOWED = 50;
/** engine.io ends every upgrade that nobody answers; the drafts' sockets may need this long. */
const FOREIGN_UPGRADE_MS = 10_000;

/** socket.io on `/socket.io`: WebSocket only, our Origin only, one gate for every room. */
export function createNewsSockets(deps: SocketDeps): NewsSockets {
  const io = new Server({
    transports: ["websocket"],
    serveClient: false,
    maxHttpBufferSize: 65_536,
    connectTimeout: 5_000,
    // `cors` does not guard WebSocket: only this does (cross-site socket hijacking).
    allowRequest: (req, decide) => decide(null, deps.origins.has(req.headers.origin ?? "")),
  });
  io.use((socket, next) => {
    signIn(socket, deps)
      .then((actor) => {
        (socket.data as SocketState).actor = actor;
        next();
      })
      .catch((error: unknown) => next(new Error(codeOf(error))));
  });
  io.on("connection", (socket) => {
    // A refused event must not end the process: socket.io throws unheard "error" events.
    socket.on("error", () => deps.log.debug("socket error"));
    serve(socket, (socket.data as SocketState).actor, deps.access);
  });
  const unsubscribe = deps.bus.subscribe("", (event) => deliver(io, event, deps));
  return {
    attach: (server) =>
      void io.attach(server, {
        path: "/socket.io",
        destroyUpgradeTimeout: FOREIGN_UPGRADE_MS,
      }),
    close() {
      unsubscribe();
      // Not io.close(): it closes the HTTP server too and waits for sockets that are not ours.
      io.disconnectSockets(true);
      io.engine.close();
      return Promise.resolve();
    },
  };
}

async function signIn(
  socket: { handshake: Socket["handshake"] },
  deps: SocketDeps,
): Promise<Actor> {
  const given: unknown = socket.handshake.auth["token"];
  const token =
    typeof given === "string" ? given : accessTokenInCookies(socket.handshake.headers.cookie);
  if (!token) throw new Refusal("not-authenticated", "Sign in first.");
  return deps.authenticateToken(token);
}

function serve(socket: Socket, actor: Actor, access: Access): void {
  const answering =
    (act: (partnershipId: string) => Promise<void>) =>
    (request: unknown, answer: unknown): void => {
      const reply = (result: SocketAnswer): void => {
        if (typeof answer === "function") answer(result);
      };
      const parsed = followSchema.safeParse(request);
      if (!parsed.success) {
        reply({ ok: false, code: "invalid-input" });
        return;
      }
      act(parsed.data.partnershipId)
        .then(() => reply({ ok: true }))
        .catch((error: unknown) => reply({ ok: false, code: codeOf(error) }));
    };
  socket.on(
    "follow",
    answering(async (partnershipId) => {
      await access.authorise(actor, "partnership.read", partnershipId);
      if (socket.rooms.size > MAX_FOLLOWED) throw new Refusal("too-many-requests");
      await socket.join(roomOf(partnershipId));
      // A removal between the question and the door would have expelled nobody yet: ask again inside.
      if (await access.permits(actor, "partnership.read", partnershipId)) return;
      await socket.leave(roomOf(partnershipId));
      throw new Refusal("not-found");
    }),
  );
  socket.on(
    "unfollow",
    answering(async (partnershipId) => {
      await socket.leave(roomOf(partnershipId));
    }),
  );
}

async function deliver(io: Server, event: DomainEvent, deps: SocketDeps): Promise<void> {
  if (event.type === "session.ended") {
    for (const socket of await io.fetchSockets()) {
      const { actor } = socket.data as SocketState;
      if (actor.sessionId === event.subject["sessionId"]) socket.disconnect(true);
    }
    return;
  }
  if (!event.partnershipId) return;
  const room = roomOf(event.partnershipId);
  if (event.type === "membership.changed") await expelStrangers(io, event.partnershipId, deps);
  const { type, partnershipId, at, subject } = event;
  io.to(room).emit("news", { type, partnershipId, at, subject } satisfies News);
}

/** A removed member hears nothing more: every socket of the room asks the gate again. */
async function expelStrangers(io: Server, partnershipId: string, deps: SocketDeps): Promise<void> {
  for (const socket of await io.in(roomOf(partnershipId)).fetchSockets()) {
    const { actor } = socket.data as SocketState;
    if (!(await deps.access.permits(actor, "partnership.read", partnershipId))) {
      socket.leave(roomOf(partnershipId));
    }
  }
}

function codeOf(error: unknown): string {
  return isRefusal(error) ? error.code : "unexpected";
}
