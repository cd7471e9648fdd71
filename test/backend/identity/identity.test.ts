import { expect } from "chai";
import jwt from "jsonwebtoken";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { passwordOf, World } from "../../support/world.ts";

interface SessionBody {
  accessToken: string;
  account: { id: string; name: string; email: string };
}

describe("identity", () => {
  let world: World;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());

  const refreshCookie = (headers: Headers): string | undefined =>
    headers
      .getSetCookie()
      .map((cookie) => /^entente_refresh=([^;]+)/.exec(cookie)?.[1])
      .find(Boolean);
  const refresh = (token: string) =>
    world.stranger().post(
      "/auth/refresh",
      {},
      {
        cookie: `entente_refresh=${token}`,
        origin: world.url,
      },
    );

  it("[IDN-1] registers, logs in and knows who is asking", async () => {
    const ada = await world.person("Ada");
    const login = await world
      .stranger()
      .post("/auth/login", { email: ada.email.toUpperCase(), password: passwordOf("Ada") });
    expect(login.ok<SessionBody>().account.id).to.equal(ada.id);
    expect((await ada.get("/auth/me")).ok<{ name: string }>().name).to.equal("Ada");
  });

  it("[IDN-2] answers an unknown e-mail and a wrong password alike", async () => {
    const ada = await world.person("Ada");
    const wrong = await world.stranger().post("/auth/login", { email: ada.email, password: "no" });
    const unknown = await world
      .stranger()
      .post("/auth/login", { email: "nobody@example.org", password: "no" });
    wrong.refused("wrong-credentials", 401);
    unknown.refused("wrong-credentials", 401);
    expect((wrong.body as { detail: string }).detail).to.equal(
      (unknown.body as { detail: string }).detail,
    );
  });

  it("[IDN-3] refuses a second account with the same e-mail", async () => {
    const ada = await world.person("Ada");
    const again = await world.stranger().post("/auth/register", {
      email: ada.email,
      password: "another-long-password",
      name: "Not Ada",
      locale: "en",
    });
    again.refused("email-taken", 409);
  });

  it("[IDN-4] rotates the refresh token, forgives two tabs, and ends the session on reuse", async () => {
    const ada = await world.person("Ada");
    const login = await world
      .stranger()
      .post("/auth/login", { email: ada.email, password: passwordOf("Ada") });
    const first = refreshCookie(login.headers);
    expect(first).to.be.a("string");
    const rotated = await refresh(first ?? "");
    const second = refreshCookie(rotated.headers);
    expect(second).to.be.a("string").and.not.equal(first);
    (await refresh(first ?? "")).ok();
    world.clock.advance(11_000);
    (await refresh(first ?? "")).refused("session-ended", 401);
    (await refresh(second ?? "")).refused("session-ended", 401);
  });

  it("[IDN-5] refuses tokens with another algorithm, issuer, audience, or without expiry", async () => {
    const ada = await world.person("Ada");
    const secret = await readFile(join(world.dataDir, "keys", "jwt.secret"), "utf8");
    const good = jwt.decode(ada.token) as { sid: string; sub: string };
    const claims = { sid: good.sid };
    const base = {
      algorithm: "HS256",
      subject: good.sub,
      issuer: "entente.local",
      audience: "entente-api",
      expiresIn: 600,
    } as const;
    const { expiresIn: _without, ...endless } = base;
    const forged = [
      jwt.sign(claims, secret, { ...base, algorithm: "HS512" }),
      jwt.sign(claims, secret, { ...base, issuer: "elsewhere" }),
      jwt.sign(claims, secret, { ...base, audience: "elsewhere" }),
      jwt.sign(claims, secret, endless),
      jwt.sign(claims, "another secret that is long enough!!", base),
      `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${ada.token.split(".")[1]}.`,
    ];
    const asked = (token: string) =>
      world.stranger().get("/auth/me", { authorization: `Bearer ${token}` });
    (await asked(jwt.sign(claims, secret, base))).ok();
    for (const token of forged) (await asked(token)).refused("not-authenticated", 401);
  });

  it("[IDN-6] ends every session at once on log out everywhere", async () => {
    const ada = await world.person("Ada");
    const login = await world
      .stranger()
      .post("/auth/login", { email: ada.email, password: passwordOf("Ada") });
    const other = login.ok<SessionBody>().accessToken;
    (await ada.post("/auth/logout-everywhere", {})).ok();
    (await ada.get("/auth/me")).refused("session-ended", 401);
    (await world.stranger().get("/auth/me", { authorization: `Bearer ${other}` })).refused(
      "session-ended",
      401,
    );
  });

  it("[IDN-7] refuses a cookie write that comes from another site", async () => {
    const ada = await world.person("Ada");
    const cookie = `entente_access=${ada.token}`;
    const write = (origin: Record<string, string>) =>
      world.stranger().post("/partnerships", { name: "P" }, { cookie, ...origin });
    (await write({ origin: "https://evil.example" })).refused("foreign-origin", 403);
    (await write({})).refused("foreign-origin", 403);
    (await write({ origin: world.url })).ok(201);
  });

  it("[IDN-8] sets cookies HttpOnly and SameSite=Strict", async () => {
    const ada = await world.person("Ada");
    const login = await world
      .stranger()
      .post("/auth/login", { email: ada.email, password: passwordOf("Ada") });
    const cookies = login.headers.getSetCookie();
    expect(cookies).to.have.length(2);
    for (const cookie of cookies)
      expect(cookie)
        .to.match(/HttpOnly/)
        .and.match(/SameSite=Strict/);
  });

  it("[IDN-9] slows guessing per account", async () => {
    const ada = await world.person("Ada");
    const guess = () =>
      world.stranger().post("/auth/login", { email: ada.email, password: "guess" });
    for (let n = 0; n < 15; n += 1) (await guess()).refused("wrong-credentials");
    (await guess()).refused("too-many-requests", 429);
  });
});
