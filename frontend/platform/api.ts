import { refusalCodes, type InputProblem, type RefusalCode } from "../../domain/kernel/refusal.ts";
import { ApiRefusal } from "./refusal.ts";

const BASE = "/api/v1";

/** Calls that must not be repeated after a refresh: their own 401 is the answer. */
const ownAnswer = ["/auth/login", "/auth/register", "/auth/refresh", "/auth/logout"];

interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: BodyInit;
  readonly signal?: AbortSignal;
}

const listeners = new Set<() => void>();

/** Calls back when the session has ended and could not be renewed; returns the way to stop. */
export function onSessionEnded(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A key under which the server remembers a write, so that sending it twice does it once. */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let refreshing: Promise<boolean> | undefined;

/**
 * Renews the session once for all calls that wait for it. A lock across tabs keeps two tabs from
 * presenting the same refresh token, which the server would take for a stolen one.
 */
function refreshSession(): Promise<boolean> {
  refreshing ??= withTabLock(async () => {
    const answer = await fetch(`${BASE}/auth/refresh`, {
      method: "POST",
      credentials: "same-origin",
    });
    return answer.ok;
  })
    .catch(() => false)
    .finally(() => {
      refreshing = undefined;
    });
  return refreshing;
}

function withTabLock(action: () => Promise<boolean>): Promise<boolean> {
  const locks: LockManager | undefined = navigator.locks;
  return locks === undefined ? action() : locks.request("entente-refresh", action);
}

async function once(call: Call): Promise<Response> {
  try {
    return await fetch(BASE + call.path, {
      method: call.method,
      headers: call.headers,
      credentials: "same-origin",
      ...(call.body === undefined ? {} : { body: call.body }),
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    });
  } catch (cause) {
    if (call.signal?.aborted === true) throw cause;
    throw new ApiRefusal("offline", { status: 0 });
  }
}

function isCode(value: unknown): value is RefusalCode {
  return refusalCodes.some((code) => code === value);
}

async function refusalOf(answer: Response): Promise<ApiRefusal> {
  const problem: unknown = await answer.json().catch(() => null);
  const fields: Record<string, unknown> =
    typeof problem === "object" && problem !== null ? { ...problem } : {};
  return new ApiRefusal(isCode(fields["code"]) ? fields["code"] : codeOfStatus(answer.status), {
    status: answer.status,
    detail: typeof fields["detail"] === "string" ? fields["detail"] : "",
    problems: Array.isArray(fields["errors"]) ? fields["errors"].filter(isProblem) : [],
  });
}

function codeOfStatus(status: number): RefusalCode | "offline" {
  if (status === 401) return "not-authenticated";
  if (status === 403) return "not-allowed";
  if (status === 404) return "not-found";
  if (status === 413) return "body-too-large";
  if (status === 429) return "too-many-requests";
  return status === 502 || status === 504 ? "offline" : "unexpected";
}

function isProblem(value: unknown): value is InputProblem {
  return (
    typeof value === "object" &&
    value !== null &&
    "pointer" in value &&
    typeof value.pointer === "string" &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}

async function answerTo(call: Call): Promise<Response> {
  let answer = await once(call);
  if (answer.status === 401 && !ownAnswer.includes(call.path)) {
    const refusal = await refusalOf(answer.clone());
    if (refusal.code === "not-authenticated" || refusal.code === "session-ended") {
      if (!(await refreshSession())) {
        for (const listener of listeners) listener();
        throw refusal;
      }
      answer = await once(call);
    }
  }
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

async function send<T>(call: Call): Promise<T> {
  const answer = await answerTo(call);
  // The one cast: the body was written by the wire schema whose type the caller names.
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** How one write differs from the usual. */
export interface WriteOptions {
  /** The state the writer saw, for `If-Match`. */
  readonly ifMatch?: string;
  /** Reuse it when the same act is sent again. */
  readonly idempotencyKey?: string;
  /** Do not wait for work that takes long (RFC 7240). */
  readonly prefer?: "respond-async";
}

function write<T>(
  method: Exclude<Call["method"], "GET">,
  path: string,
  body: unknown,
  options: WriteOptions = {},
): Promise<T> {
  const headers: Record<string, string> = {
    "Content-Type": "application/json",
    "Idempotency-Key": options.idempotencyKey ?? newIdempotencyKey(),
  };
  if (options.ifMatch !== undefined) headers["If-Match"] = options.ifMatch;
  if (options.prefer !== undefined) headers["Prefer"] = options.prefer;
  return send<T>({ method, path, headers, body: JSON.stringify(body ?? {}) });
}

/**
 * The way to the server: paths are relative to `/api/v1`, the session travels in cookies, and an
 * expired access cookie is renewed once before giving up. Every method
 * @throws {ApiRefusal} the server's code, or `offline` — when the answer is not a success.
 */
export const api = {
  get: <T>(path: string, signal?: AbortSignal): Promise<T> =>
    send<T>({ method: "GET", path, headers: {}, ...(signal === undefined ? {} : { signal }) }),
  post: <T>(path: string, body?: unknown, options?: WriteOptions): Promise<T> =>
    write<T>("POST", path, body, options),
  put: <T>(path: string, body: unknown, options?: WriteOptions): Promise<T> =>
    write<T>("PUT", path, body, options),
  patch: <T>(path: string, body: unknown, options?: WriteOptions): Promise<T> =>
    write<T>("PATCH", path, body, options),
  delete: <T>(path: string): Promise<T> => write<T>("DELETE", path, {}),
  /** Reads a file. */
  file: async (path: string, signal?: AbortSignal): Promise<Uint8Array> => {
    const call = { method: "GET", path, headers: {} } as const;
    const answer = await answerTo(signal === undefined ? call : { ...call, signal });
    return new Uint8Array(await answer.arrayBuffer());
  },
  /** Sends one file as multipart field `file`. */
  upload: <T>(path: string, file: File): Promise<T> => {
    const form = new FormData();
    form.append("file", file);
    return send<T>({ method: "POST", path, headers: {}, body: form });
  },
};
