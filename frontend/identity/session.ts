import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import type { Account } from "../../domain/identity/wire.ts";
import { api, onSessionEnded } from "../platform/api.ts";
import { isApiRefusal } from "../platform/refusal.ts";
import { closeSocket } from "../platform/socket.ts";

const me = queryOptions({
  queryKey: ["auth", "me"],
  staleTime: 60_000,
  queryFn: async ({ signal }): Promise<Account | null> => {
    try {
      return await api.get<Account>("/auth/me", signal);
    } catch (error) {
      if (isApiRefusal(error) && error.status === 401) return null;
      throw error;
    }
  },
});

/** Who is signed in: an account, `null` for nobody, `undefined` while unknown. */
export function useAccount(): Account | null | undefined {
  const client = useQueryClient();
  const { data, isError } = useQuery(me);
  useEffect(() => onSessionEnded(() => client.setQueryData(me.queryKey, null)), [client]);
  return isError ? null : data;
}

/** The signed-in account of a page behind the sign-in. @throws {Error} outside of one: a bug */
export function useOwnAccount(): Account {
  const account = useAccount();
  if (!account) throw new Error("page needs a signed-in account");
  return account;
}

/** Drops all that was read, but for who is signed in: screens that wait for that would not hear of it. */
function forget(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== me.queryKey[0] });
}

/** What follows a sign-in and a sign-out: nothing read before may be shown after. */
export function useSession() {
  const client = useQueryClient();
  const begin = useCallback(
    (account: Account) => {
      forget(client);
      client.setQueryData(me.queryKey, account);
    },
    [client],
  );
  const end = useCallback(
    async (path: "/auth/logout" | "/auth/logout-everywhere") => {
      await api.post(path).catch((error: unknown) => {
        if (!isApiRefusal(error) || error.status !== 401) throw error;
      });
      await closeSocket();
      forget(client);
      client.setQueryData(me.queryKey, null);
    },
    [client],
  );
  const change = useCallback(
    (account: Account) => client.setQueryData(me.queryKey, account),
    [client],
  );
  return { begin, end, change };
}

/** Where to go after signing in: only a path of this site, never another origin. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith("/") || /^\/[/\\]/.test(next)) return "/";
  return next;
}
