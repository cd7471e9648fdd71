import { expect } from "chai";
import { request } from "node:http";
import { World } from "../../support/world.ts";

describe("the doors", () => {
  let world: World;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());

  const alive = async (): Promise<void> => {
    expect((await fetch(`${world.url}/health/live`)).status).to.equal(200);
    expect((await fetch(`${world.url}/health/ready`)).status).to.equal(200);
  };

  /** Sends a body piece by piece without holding it in memory; answers the status and the text. */
  const pour = (path: string, token: string, totalBytes: number) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const piece = Buffer.alloc(1_000_000, 32);
      let answered = false;
      const req = request(
        `${world.url}/api/v1${path}`,
        {
          method: "POST",
          headers: {
            authorization: `Bearer ${token}`,
            "content-type": "application/json",
            "content-length": totalBytes,
          },
        },
        (res) => {
          answered = true;
          let text = "";
          res.setEncoding("utf8");
          res.on("data", (chunk: string) => (text += chunk));
          res.on("end", () => resolve({ status: res.statusCode ?? 0, text }));
        },
      );
      req.on("error", (error) => (answered ? undefined : reject(error)));
      let left = totalBytes;
      const more = (): void => {
        if (answered) return;
        if (left <= 0) {
          req.end();
          return;
        }
        left -= piece.length;
        req.write(piece, () => more());
      };
      more();
    });

  it("[DOR-1] refuse a body of 100 MB with a code, and stay alive", async () => {
    const ada = await world.person("Ada");
    const { status, text } = await pour("/partnerships", ada.token, 100_000_000);
    expect(status).to.equal(413);
    expect(JSON.parse(text)).to.include({ code: "body-too-large" });
    await alive();
  });

  it("[DOR-2] refuse what is not JSON with a code", async () => {
    const ada = await world.person("Ada");
    const send = (body: string, type: string) =>
      fetch(`${world.url}/api/v1/partnerships`, {
        method: "POST",
        headers: { authorization: `Bearer ${ada.token}`, "content-type": type },
        body,
      });
    const codeOf = async (response: Response): Promise<unknown> =>
      ((await response.json()) as { code: string }).code;
    expect(await codeOf(await send("{", "application/json"))).to.equal("malformed-body");
    expect(await codeOf(await send("name=P", "application/x-www-form-urlencoded"))).to.equal(
      "unsupported-media-type",
    );
    expect(await codeOf(await send('{"name":{"$ne":""}}', "application/json"))).to.equal(
      "invalid-input",
    );
    expect(await codeOf(await fetch(`${world.url}/api/v1/nowhere`))).to.equal("not-found");
    await alive();
  });

  it("[DOR-3] answer every error as problem+json without a trace of the inside", async () => {
    const response = await fetch(`${world.url}/api/v1/partnerships`);
    expect(response.headers.get("content-type")).to.match(/^application\/problem\+json/);
    const text = await response.text();
    expect(text).to.not.match(/node_modules|\.ts:|stack/);
    expect(JSON.parse(text)).to.include({ code: "not-authenticated", status: 401 });
  });

  it("[DOR-4] send headers that keep foreign scripts and frames out", async () => {
    const { headers } = await fetch(`${world.url}/health/live`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).to.include("default-src 'none'").and.include("frame-ancestors 'none'");
    expect(policy)
      .to.include("script-src 'self'")
      .and.not.match(/script-src[^;]*unsafe/);
    expect(headers.get("x-content-type-options")).to.equal("nosniff");
    expect(headers.get("referrer-policy")).to.equal("no-referrer");
    expect(headers.get("x-powered-by")).to.equal(null);
  });

  it("[DOR-5] describe themselves as OpenAPI, every route of them", async () => {
    const response = await fetch(`${world.url}/api/v1/openapi.json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(described).to.have.length(world.app.routes.length);
    expect(described).to.include("post /decisions/{id}/ballots");
  });
});
