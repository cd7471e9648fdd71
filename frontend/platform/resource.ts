import {
  QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { api } from "./api.ts";
import { isApiRefusal } from "./refusal.ts";

/** A page of a list, as the server gives every list. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/** The cache key of a path: its segments, so that a prefix names everything below it. */
export function keyOf(path: string): readonly string[] {
  const [route = "", query] = path.split("?");
  const segments = route.split("/").filter((segment) => segment !== "");
  return query === undefined ? segments : [...segments, `?${query}`];
}

/** Query options of a resource, for use with TanStack Query directly. */
export function resource<T>(path: string) {
  return queryOptions({
    queryKey: keyOf(path),
    queryFn: ({ signal }) => api.get<T>(path, signal),
  });
}

/** Reads a resource and keeps it fresh; `null` waits. */
export function useResource<T>(path: string | null): UseQueryResult<T> {
  return useQuery({ ...resource<T>(path ?? ""), enabled: path !== null });
}

/** What `useSend` does besides sending. */
export interface SendOptions<Input, Output> {
  /** Paths whose cached answers (and all below them) are outdated by this write. */
  readonly outdates?: (output: Output, input: Input) => readonly string[];
  readonly onDone?: (output: Output, input: Input) => void;
}

/** A write, with its state (`isPending`, `error`) and the reads that it makes stale. */
export function useSend<Input, Output>(
  act: (input: Input) => Promise<Output>,
  options: SendOptions<Input, Output> = {},
): UseMutationResult<Output, Error, Input> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async (output, input) => {
      const paths = options.outdates?.(output, input) ?? [];
      await Promise.all(paths.map((path) => client.invalidateQueries({ queryKey: keyOf(path) })));
      options.onDone?.(output, input);
    },
  });
}

/** The cache of everything read; retries only what may succeed when repeated. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (count, error) => count < 2 && mayRetry(error),
      },
      mutations: { retry: false },
    },
  });
}

function mayRetry(error: unknown): boolean {
  return isApiRefusal(error) && (error.code === "offline" || error.code === "too-busy");
}
