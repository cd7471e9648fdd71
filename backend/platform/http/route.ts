import type { Request, Response } from "express";
import type { z } from "zod";

/** Who is asking: an account in one of its sessions. */
export interface Actor {
  readonly accountId: string;
  readonly sessionId: string;
}

/** What a handler gets: everything parsed, the actor known. */
export interface RouteContext<P, Q, B> {
  readonly actor: Actor;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly req: Request;
  readonly res: Response;
}

/** An answer that is not JSON: a file's bytes. */
export class FileReply {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly options: {
    readonly fileName?: string;
    readonly etag?: string;
    readonly inline?: boolean;
  };

  constructor(
    bytes: Uint8Array,
    mediaType: string,
    options: { readonly fileName?: string; readonly etag?: string; readonly inline?: boolean } = {},
  ) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.options = options;
  }
}

type Empty = Record<string, never>;
type Parsed<S> = S extends z.ZodType ? z.output<S> : Empty;

interface RouteShape {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** Express path below the mount point: `/api/v1/agreements/:id`. */
  readonly path: string;
  readonly summary: string;
  /** `public`: anybody (the handler's actor is empty); `account`: a valid session is required. */
  readonly auth: "public" | "account";
  /** Status of success; 200 when absent. */
  readonly status?: number;
  /** Longest JSON body in bytes; 100 kB when absent. */
  readonly maxBodyBytes?: number;
  /** The handler reads the body's stream itself (uploads). */
  readonly rawBody?: boolean;
}

/** One door of the API: parse → call → present. Authorisation is the called service's first act. */
export interface Route extends RouteShape {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  handle(context: RouteContext<unknown, unknown, unknown>): Promise<unknown>;
}

/** Declares a route; the handler's types come from its schemas. */
export function defineRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  route: RouteShape & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    /** Shape of the answer, for the OpenAPI document. */
    readonly response?: z.ZodType;
    handle(context: RouteContext<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<unknown>;
  },
): Route {
  return route as unknown as Route;
}
