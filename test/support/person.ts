import { expect } from "chai";
import type { RefusalCode } from "../../domain/kernel/refusal.ts";

/** An answer of the API. */
export class Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;

  constructor(status: number, headers: Headers, bytes: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  get body(): unknown {
    return this.text === "" ? undefined : JSON.parse(this.text);
  }

  /** The body of a success; fails the test on anything else. */
  ok<T = unknown>(status?: number): T {
    if (this.status >= 300) throw new Error(`expected success, got ${this.status}: ${this.text}`);
    if (status !== undefined) expect(this.status).to.equal(status);
    return this.body as T;
  }

  /** Asserts a refusal and answers its problem document. */
  refused(code: RefusalCode, status?: number): { code: string; errors?: { pointer: string }[] } {
    const problem = this.body as { code: string; errors?: { pointer: string }[] };
    expect(problem?.code, this.text).to.equal(code);
    if (status !== undefined) expect(this.status).to.equal(status);
    return problem;
  }
}

/** A client of the API with one person's token. */
export class Person {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly token: string;

  constructor(url: string, who: { id: string; name: string; email: string }, token: string) {
    this.url = url;
    this.id = who.id;
    this.name = who.name;
    this.email = who.email;
    this.token = token;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("GET", path, { headers });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("POST", path, { body, headers });
  }

  put(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send("PUT", path, { body, headers });
  }

  /** Sends a request below `/api/v1`. */
  async send(
    method: string,
    path: string,
    request: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const { body, headers = {} } = request;
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return new Reply(
      response.status,
      response.headers,
      new Uint8Array(await response.arrayBuffer()),
    );
  }
}
