import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Socket } from "socket.io-client";
import type { News } from "../../domain/notifications/events.ts";
import { api } from "./api.ts";
import { keyOf } from "./resource.ts";

/** `decisionId` → `decisions`, `signatureRequestId` → `signature-requests`. */
function collectionOf(name: string): string | undefined {
  if (!name.endsWith("Id")) return undefined;
  const word = name.slice(0, -2).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${word}s`;
}

/** The paths that a piece of news outdates: its partnership and every thing it names by id. */
export function outdatedBy(news: Pick<News, "partnershipId" | "subject">): readonly string[] {
  const paths = [`/partnerships/${news.partnershipId}`];
  for (const [name, id] of Object.entries(news.subject)) {
    const collection = collectionOf(name);
    if (collection !== undefined && typeof id === "string") paths.push(`/${collection}/${id}`);
  }
  return paths;
}

async function invalidate(client: QueryClient, news: News): Promise<void> {
  await Promise.all(
    outdatedBy(news).map((path) => client.invalidateQueries({ queryKey: keyOf(path) })),
  );
}

let shared: Promise<Socket> | undefined;

async function renewAndConnect(socket: Socket): Promise<void> {
  const isRenewed = await api.get("/auth/me").then(
    () => true,
    () => false,
  );
  if (isRenewed) socket.connect();
}

/** One connection per page, opened when the first screen asks for news. */
function openSocket(): Promise<Socket> {
  shared ??= import("socket.io-client").then(({ io }) => {
    const socket = io({ path: "/socket.io", transports: ["websocket"] });
    socket.on("connect_error", (error) => {
      // Any call renews an expired session; a refused handshake is not tried again by itself.
      if (error.message === "not-authenticated" || error.message === "session-ended") {
        void renewAndConnect(socket);
      }
    });
    return socket;
  });
  return shared;
}

/** Ends the connection, so that the next one speaks for the next account. */
export async function closeSocket(): Promise<void> {
  const open = shared;
  shared = undefined;
  (await open)?.disconnect();
}

/**
 * Follows a partnership: joins its room and lets every piece of news refresh what it touched.
 * Screens never read its content; they read again what it outdated.
 */
export function useNews(partnershipId: string | null): void {
  const client = useQueryClient();
  useEffect(() => {
    if (partnershipId === null) return undefined;
    let socket: Socket | undefined;
    let stopped = false;
    const join = (): void => {
      socket?.emit("follow", { partnershipId });
      void client.invalidateQueries({ queryKey: keyOf(`/partnerships/${partnershipId}`) });
    };
    const hear = (news: News): void => void invalidate(client, news);
    void openSocket().then((opened) => {
      if (stopped) return;
      socket = opened;
      socket.on("connect", join);
      socket.on("news", hear);
      if (socket.connected) join();
    });
    return () => {
      stopped = true;
      socket?.emit("unfollow", { partnershipId });
      socket?.off("connect", join);
      socket?.off("news", hear);
    };
  }, [client, partnershipId]);
}
