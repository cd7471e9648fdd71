import { expect } from "chai";
import { once } from "node:events";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { assemble, type Cast } from "../../support/cast.ts";
import { plainTextOfPdf } from "../../support/pdf-text.ts";
import { World } from "../../support/world.ts";

const nasty = `"; filename=evil.exe; x="<script>alert(1)</script> #eval("1") $x$ \\n é 😀 ../../etc/passwd %0d%0aSet-Cookie: a=b`;

describe("an attacker at the doors", () => {
  let world: World;
  let cast: Cast;
  let agreementId: string;
  before(async function () {
    this.timeout(120_000);
    world = await World.start();
    cast = await assemble(world);
    const started = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: nasty,
    });
    agreementId = started.ok<{ id: string }>(201).id;
    (await cast.ada.post(`/agreements/${agreementId}/versions`, {})).ok(201);
  });
  after(() => world.stop());

  const alive = async (): Promise<void> => {
    const from = Date.now();
    expect((await fetch(`${world.url}/health/ready`)).status).to.equal(200);
    expect(Date.now() - from).to.be.below(1_000);
  };

  /** Sends bytes as they are; answers all that comes back until the connection closes. */
  const raw = async (text: string): Promise<string> => {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      answer += chunk;
      socket.end();
    });
    socket.on("error", () => {});
    socket.write(text);
    await once(socket, "close");
    return answer;
  };

  it("[ATK-20] changes nothing by GET: what acts answers to POST only", async () => {
    const acting = world.app.routes.filter(({ method }) => method !== "get");
    const reading = new Set(world.app.routes.flatMap((r) => (r.method === "get" ? [r.path] : [])));
    let tried = 0;
    for (const { path } of acting) {
      const own = path.replace(":id", agreementId);
      if (reading.has(path) || /:\w+/.test(own)) continue;
      const reply = await cast.ada.get(own);
      // `/partnerships/:id` and its like also match one-word acts: what does not exist is not found.
      expect(reply.status, path).to.equal(404);
      tried += 1;
    }
    expect(tried).to.be.greaterThan(15);
    const { state } = (await cast.ada.get(`/agreements/${agreementId}`)).ok<{ state: string }>();
    expect(state).to.equal("drafting");
    (await cast.ada.get("/auth/me")).ok();
  });

  it("[ATK-21] finds private answers, errors too, marked against caches, frames and sniffing", async () => {
    const { ada } = cast;
    const replies = [
      await ada.get("/auth/me"),
      await ada.get(`/agreements/${agreementId}`),
      await ada.get(`/agreements/${agreementId}/versions/1.json`),
      await ada.get("/agreements/nothing"),
      await world.stranger().get("/auth/me"),
    ];
    for (const { headers } of replies) {
      expect(headers.get("cache-control")).to.match(/no-store|private/);
      expect(headers.get("content-security-policy")).to.include("frame-ancestors 'none'");
      expect(headers.get("x-content-type-options")).to.equal("nosniff");
      expect(headers.get("referrer-policy")).to.equal("no-referrer");
    }
    for (const path of ["/", "/invitations/x", "/nothing", "/api/v1/nothing", "/health/live"]) {
      const { headers } = await fetch(`${world.url}${path}`, {
        headers: {
          accept: "text/html",
          "x-forwarded-prefix": "//evil",
          "x-forwarded-host": "evil",
        },
      });
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy).to.include("script-src 'self'").and.include("object-src 'none'");
      expect(policy)
        .to.include("base-uri 'none'")
        .and.not.match(/script-src[^;]*unsafe/);
      expect(JSON.stringify([...headers])).to.not.include("evil");
    }
  });

  it("[ATK-22] cannot write headers, paths or markup through a title", async () => {
    const reply = await cast.ada.get(`/agreements/${agreementId}/versions/1.pdf`);
    expect(reply.status).to.equal(200);
    const disposition = reply.headers.get("content-disposition") ?? "";
    expect(disposition).to.match(/^inline; filename="[\w.-]+"; filename\*=UTF-8''[\w%.!~*'()-]+$/);
    expect(reply.headers.getSetCookie()).to.deep.equal([]);
    const text = (await plainTextOfPdf(reply.bytes)).replace(/\s+/g, " ");
    expect(text).to.include("<script>alert(1)</script>").and.include('#eval("1")');
    const shown = await fetch(`${world.url}/api/v1/agreements/${agreementId}`, {
      headers: { authorization: `Bearer ${cast.ada.token}`, accept: "text/html" },
    });
    expect(shown.headers.get("content-type")).to.match(/^application\/json/);
    for (const title of ["a\r\nSet-Cookie: x=y", "a\u0000b", "a\u202eb", "\ud800"]) {
      const started = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
        templateId: "gouvernance",
        language: "fr",
        title,
      });
      expect(started.status).to.be.within(400, 422);
    }
  }).timeout(60_000);

  it("[ATK-23] gets no file by another way: without a session, by range, by tag, by path", async () => {
    const path = `/agreements/${agreementId}/versions/1.json`;
    const own = await cast.ada.get(path);
    const tag = own.headers.get("etag") ?? "";
    const x = await world.person("Xavier");
    const ways: Record<string, string>[] = [{ range: "bytes=0-9" }, { "if-none-match": tag }];
    for (const headers of ways) {
      (await world.stranger().get(path, headers)).refused("not-authenticated", 401);
      (await x.get(path, headers)).refused("not-found", 404);
    }
    const paths = [
      "/assets/..%2f..%2f..%2fpackage.json",
      "/..%2fpackage.json",
      "/%2e%2e/%2e%2e/package.json",
      "/.git/config",
      "/pki/..%2fkeys%2fjwt.secret",
      "/pki/ca.key",
      "/api/v1/operator/outbox",
      `/api/v1/partnerships/${cast.partnershipId}/log/tile/..%2F..%2Fkeys`,
    ];
    for (const one of paths) {
      const answer = await raw(
        `GET ${one} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, one).to.match(/^HTTP\/1\.1 (400|401|403|404) /);
      expect(answer, one).to.not.match(/"dependencies"|repositoryformat|PRIVATE KEY/);
    }
  });

  it("[ATK-24] gets coded answers at once for numbers that are none, or far too large", async () => {
    const { ada, partnershipId } = cast;
    const numbers = ["-1", "NaN", "Infinity", "1e308", "9007199254740993", "1.5", "0", "0x1g", "∞"];
    const from = Date.now();
    for (const number of numbers) {
      const n = encodeURIComponent(number);
      const paths = [
        `/agreements/${agreementId}/versions/${n}`,
        `/agreements/${agreementId}/versions/${n}.pdf`,
        `/archive?limit=${n}&limit=2`,
        `/partnerships/${partnershipId}/log/proof?index=${n}`,
        `/partnerships/${partnershipId}/log/consistency?from=${n}&to=${n}`,
        `/partnerships/${partnershipId}/log/tile/${n}/${n}`,
      ];
      for (const path of paths) {
        const { status, text } = await ada.get(path);
        expect(status, `${path} ${text.slice(0, 100)}`).to.be.within(400, 499);
      }
      const listed = await ada.get(`/partnerships/${partnershipId}/log/entries?from=${n}&to=${n}`);
      expect(listed.status, number).to.be.within(200, 499);
    }
    for (const limit of ["1e9", "-5", "x"]) {
      (await ada.get(`/archive?limit=${limit}`)).refused("invalid-input", 422);
    }
    (await ada.get("/archive?cursor=zzz_x")).refused("invalid-input", 422);
    expect((await ada.get("/archive?query[$ne]=x&sort=passwordHash")).status).to.be.within(
      200,
      422,
    );
    expect(Date.now() - from).to.be.below(8_000);
    await alive();
  });

  it("[ATK-25] cannot break the verifier's door with forms that are none", async () => {
    const post = (body: string | Uint8Array, type: string): Promise<Response> =>
      fetch(`${world.url}/api/v1/verify`, {
        method: "POST",
        headers: { "content-type": type },
        body: typeof body === "string" ? body : Buffer.from(body),
      });
    const form = "multipart/form-data; boundary=b";
    const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n';
    const field = (i: number): string =>
      `--b\r\nContent-Disposition: form-data; name="f${i}"\r\n\r\nx\r\n`;
    const many = Array.from({ length: 2_000 }, (_, i) => field(i)).join("");
    const tries: [string, string][] = [
      ["x", "multipart/form-data"],
      ["x", "multipart/form-data; x=y"],
      ["x", form],
      [head, form],
      [`${head}%PDF-1.7 cut`, form],
      [`${head}\r\n--b--`, form],
      [`${head.replace('name="file"', 'name=""')}%PDF\r\n--b--`, form],
      [`${many}--b--`, form],
      [`${head}x\r\n${head}y\r\n--b--`, form],
      ["{}", "application/json"],
      [`${head}%PDF-1.7\n${"1 0 obj<<".repeat(20_000)}\r\n--b--`, form],
      [`${head}%PDF-1.7\n${"[".repeat(200_000)}\r\n--b--`, form],
    ];
    for (const [body, type] of tries) {
      const reply = await post(body, type);
      const text = await reply.text();
      const label = `${type} ${body.slice(0, 30)} ${text.slice(0, 200)}`;
      expect(reply.status, label).to.be.below(500);
      if (reply.status === 200) expect(JSON.parse(text), label).to.have.property("verdict");
    }
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: ${form}\r\nContent-Length: 90000\r\n\r\n${head}%PDF`,
    );
    await once(socket, "connect");
    socket.destroy();
    await alive();
  }).timeout(60_000);

  it("[ATK-26] cannot break the upgrade with headers, extensions or frames", async () => {
    const upgrade = (more: string): Promise<string> =>
      raw(
        `GET /collaboration/x?ticket=y HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`,
      );
    const headers = Array.from({ length: 2_001 }, (_, i) => `X-${i}: y\r\n`).join("");
    for (const more of [
      headers,
      `Sec-WebSocket-Protocol: ${" ".repeat(50_000)}\r\n`,
      "Sec-WebSocket-Extensions: ; constructor\r\n",
      "Sec-WebSocket-Extensions: __proto__\r\n",
      "Origin: https://evil.example\r\n",
    ]) {
      const from = Date.now();
      expect(await upgrade(more)).to.match(/^(HTTP\/1\.1 4\d\d |$)/);
      expect(Date.now() - from).to.be.below(3_000);
    }
    const { ticket, path } = (
      await cast.ada.post(`/agreements/${agreementId}/collaboration-ticket`, {})
    ).ok<{ ticket: string; path: string }>();
    const socket = new WebSocket(`${world.url.replace("http", "ws")}${path}?ticket=${ticket}`, {
      perMessageDeflate: true,
    });
    await once(socket, "open");
    expect(socket.extensions, "no compression: no bomb").to.equal("");
    socket.on("error", () => {});
    socket.send(new Uint8Array(8_000_000));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).to.be.oneOf([1006, 1009]);
    await alive();
  });
});
