import { expect } from "chai";
import jwt from "jsonwebtoken";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp } from "../../../backend/app.ts";
import { readConfig } from "../../../backend/config.ts";
import { createLog } from "../../../backend/platform/log.ts";
import { contentHash } from "../../../domain/kernel/canonical.ts";
import { passwordOf, Person, World, type Reply } from "../../support/world.ts";
import { scanEnvironment } from "../../support/full-scans.ts";

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The value of a cookie that an answer sets. */
function cookieOf(reply: { headers: Headers }, name: string): string {
  const line = reply.headers.getSetCookie().find((one) => one.startsWith(`${name}=`)) ?? "";
  return line.slice(name.length + 1).split(";")[0] ?? "";
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

describe("an attacker at the sign-in", () => {
  let world: World;
  let ada: Person;
  before(async () => {
    world = await World.start();
    ada = await world.person("Ada");
  });
  after(() => world.stop());

  const me = (token: string): Promise<Reply> =>
    new Person(world.url, { id: "", name: "", email: "" }, token).get("/auth/me");
  const login = (email: string, password: string): Promise<Reply> =>
    world.stranger().post("/auth/login", { email, password });
  const without = (reply: Reply): unknown => ({
    ...(reply.body as Record<string, unknown>),
    instance: "",
  });

  it("[ATK-11] cannot make a token: no algorithm, another key, another claim", async () => {
    const [, body = "", signature = ""] = ada.token.split(".");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as jwt.JwtPayload;
    const root = Buffer.from(await (await fetch(`${world.url}/pki/ca.cer`)).arrayBuffer());
    const secret = (await readFile(join(world.dataDir, "keys/jwt.secret"), "utf8")).trim();
    const now = Math.floor(Date.now() / 1000);
    const signed = (change: object, key: jwt.Secret = secret, drop: string[] = []): string => {
      const kept = Object.entries({ ...claims, ...change }).filter(
        ([name]) => !drop.includes(name),
      );
      return jwt.sign(Object.fromEntries(kept), key, {
        algorithm: "HS256",
        noTimestamp: drop.includes("iat"),
      });
    };
    expect((await me(signed({}))).status, "the forger's tool works").to.equal(200);
    const forged = [
      ...["none", "None", "NONE", "nOnE"].map((alg) => `${base64({ alg, typ: "JWT" })}.${body}.`),
      `${base64({ alg: "HS512", typ: "JWT" })}.${body}.${signature}`,
      `${base64({ alg: "HS256", typ: "JWT" })}.${base64({ ...claims, sub: "x" })}.${signature}`,
      signed({}, root),
      signed({}, "x"),
      signed({}, secret, ["exp"]),
      signed({}, secret, ["iat"]),
      signed({}, secret, ["aud"]),
      signed({}, secret, ["iss"]),
      signed({}, secret, ["sid"]),
      signed({ aud: "another-service" }),
      signed({ iss: "another.example" }),
      signed({ nbf: now + 3_600 }),
      signed({ iat: now - 3_600, exp: now + 3_600 }),
      signed({ sid: "another-session" }),
      signed({ sub: "another-account" }),
      "..",
      "a.b.c",
    ];
    const random = without(await me("a-random-token"));
    for (const token of forged) {
      const reply = await me(token);
      expect(reply.status, token).to.equal(401);
      if ((reply.body as { code: string }).code === "not-authenticated") {
        expect(without(reply)).to.deep.equal(random);
      }
    }
  });

  it("[ATK-12] guesses no password: the account slows, the signed-in go on", async () => {
    const victim = await world.person("Victim");
    const replies: Reply[] = [];
    for (let i = 0; i < 17; i += 1) replies.push(await login(victim.email, `guess number ${i}`));
    replies.at(0)?.refused("wrong-credentials", 401);
    replies.at(-1)?.refused("too-many-requests", 429);
    expect(replies.at(-1)?.headers.get("retry-after")).to.match(/^\d+$/);
    (await login(victim.email.toUpperCase(), "another case")).refused("too-many-requests", 429);
    (await victim.get("/auth/me")).ok();
    (await login(ada.email, passwordOf("Ada"))).ok();
  });

  it("[ATK-13] is not told whether an account exists", async () => {
    const [known, unknown] = [
      await login(ada.email, "not the password"),
      await login("nobody@example.org", "not the password"),
    ];
    expect(known.status).to.equal(401);
    expect(without(known)).to.deep.equal(without(unknown));
  });

  it("[ATK-14] who steals a refresh token ends the session by using it twice", async () => {
    const first = await login(ada.email, passwordOf("Ada"));
    const { accessToken } = first.ok<{ accessToken: string }>();
    const stolen = cookieOf(first, "entente_refresh");
    const refresh = (token: string): Promise<Reply> =>
      world.stranger().post(
        "/auth/refresh",
        {},
        {
          cookie: `entente_refresh=${token}`,
          origin: world.url,
        },
      );
    const second = await refresh(stolen);
    const next = cookieOf(second, "entente_refresh");
    expect(next).to.have.length.greaterThan(20);
    (await refresh(stolen)).ok();
    world.clock.advance(11_000);
    (await refresh(stolen)).refused("session-ended", 401);
    (await refresh(next)).refused("session-ended", 401);
    (await me(accessToken)).refused("session-ended", 401);
    (await ada.get("/auth/me")).ok();
  });

  it("[ATK-15] finds long passwords whole, and gets no hash computed for enormous ones", async () => {
    const email = "long@example.org";
    const password = "correct horse battery staple ".repeat(5).slice(0, 128);
    const register = (one: string): Promise<Reply> =>
      world.stranger().post("/auth/register", { email, password: one, name: "L", locale: "en" });
    (await register("short")).refused("invalid-input");
    (await register("x".repeat(129))).refused("invalid-input");
    const from = Date.now();
    (await register("x".repeat(1_000_000))).refused("body-too-large", 413);
    expect(Date.now() - from).to.be.below(1_000);
    (await register(password)).ok(201);
    (await login(email, password.slice(0, 127))).refused("wrong-credentials");
    (await login(email, `${password} `)).refused("wrong-credentials");
    (await login(email, password)).ok();
  });

  it("[ATK-16] in another site's page cannot act with the victim's cookies", async () => {
    const cookie = `entente_access=${ada.token}`;
    const post = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${world.url}/api/v1/partnerships`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json", ...headers },
        body: JSON.stringify({ name: "Forged" }),
      });
    for (const origin of ["https://evil.example", "null", `${world.url}.evil.example`]) {
      expect((await post({ origin })).status, origin).to.equal(403);
    }
    expect((await post({})).status, "no origin").to.equal(403);
    expect((await post({ "sec-fetch-site": "cross-site" })).status).to.equal(403);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      expect((await post({ origin: world.url, "content-type": type })).status, type).to.equal(415);
    }
    expect((await post({ origin: world.url })).status).to.equal(201);
    const cors = await fetch(`${world.url}/api/v1/auth/me`, {
      headers: { cookie, origin: "https://evil.example" },
    });
    expect(cors.headers.get("access-control-allow-origin")).to.equal(null);
  });

  it("[ATK-17] gets session cookies that scripts cannot read and plain connections do not carry", async () => {
    const lines = (await login(ada.email, passwordOf("Ada"))).headers.getSetCookie();
    expect(lines).to.have.length(2);
    for (const line of lines)
      expect(line)
        .to.match(/HttpOnly/)
        .and.match(/SameSite=Strict/);
    const dataDir = await mkdtemp(join(tmpdir(), "entente-tls-"));
    const port = await freePort();
    const app = await createApp({
      config: readConfig({
        PORT: String(port),
        DATA_DIR: dataDir,
        PUBLIC_URL: "https://entente.example",
        ...scanEnvironment,
      }),
      log: createLog("silent"),
    });
    try {
      await app.listen();
      const reply = await fetch(`http://127.0.0.1:${port}/api/v1/auth/register`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "t@example.org", password: "long-enough-x", name: "T" }),
      });
      expect(reply.status).to.equal(201);
      const cookies = reply.headers.getSetCookie();
      expect(cookies).to.have.length(2);
      for (const line of cookies) expect(line).to.match(/; Secure/);
      expect(reply.headers.get("strict-transport-security")).to.match(/max-age=\d{7}/);
    } finally {
      await app.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("[ATK-18] gets no answer that was meant for another by repeating its Idempotency-Key", async () => {
    const key = { "idempotency-key": "key-1" };
    const credentials = { email: ada.email, password: passwordOf("Ada") };
    const signedIn = await world.stranger().post("/auth/login", credentials, key);
    const cookie = `entente_refresh=${cookieOf(signedIn, "entente_refresh")}`;
    const refreshed = { ...key, cookie, origin: world.url };
    (await world.stranger().post("/auth/refresh", {}, refreshed)).ok();
    (await world.stranger().post("/auth/refresh", {}, key)).refused("session-ended", 401);
    const again = await world.stranger().post("/auth/login", credentials, key);
    expect(cookieOf(again, "entente_access")).to.not.equal("");
    const ben = await world.person("Ben");
    const open = (person: Person, name: string): Promise<Reply> =>
      person.post("/partnerships", { name }, key);
    const { id } = (await open(ada, "Ours")).ok<{ id: string }>(201);
    expect((await open(ada, "Ours")).ok<{ id: string }>(201).id).to.equal(id);
    (await open(ada, "Other")).refused("conflict", 409);
    expect((await open(ben, "Ours")).ok<{ id: string }>(201).id).to.not.equal(id);
    const stored = await world.app.storage.connection
      .collection("idempotentanswers")
      .find({})
      .sort({ _id: 1 })
      .toArray();
    expect(stored.length).to.be.greaterThan(1);
    const bodies = [credentials, { name: "Ours" }].map((body) => contentHash(body));
    for (const { requestSha256 } of stored) expect(bodies).to.not.include(requestSha256);
    expect(JSON.stringify(stored)).to.not.include("accessToken");
  });

  it("[ATK-19] finds no key of ours readable, and no weak one accepted", async () => {
    const modeOf = async (path: string): Promise<number> =>
      (await stat(join(world.dataDir, path))).mode & 0o077;
    for (const path of ["keys", "keys/jwt.secret", "pki"]) {
      expect(await modeOf(path), path).to.equal(0);
    }
    for (const weak of ["secret", "12345678", "change-me", "x".repeat(31)]) {
      expect(() => readConfig({ JWT_SECRET: weak }), weak).to.throw(/JWT_SECRET/);
    }
  });
});
