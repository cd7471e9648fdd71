import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { verifyPdf } from "../../../backend/archive/index.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { passwordOf, Person, until, World } from "../../support/world.ts";
import { ask } from "../../support/tools.ts";
import { SigningTable } from "./support.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const startsWith = (bytes: Uint8Array, head: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, head.length)).equals(Buffer.from(head));

describe("signature requests", function () {
  this.timeout(60_000);
  let world: World;
  let cast: Cast;
  let table: SigningTable;

  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    table = new SigningTable(cast);
  });
  after(() => world.stop());

  it("[SIG-19] takes an approved version to a sealed PDF that carries every party's signature", async () => {
    const approved = await table.approved();
    const request = await table.request(approved);
    expect(request).to.include({ state: "open", contentSha256: approved.contentSha256 });
    const shown = await table.document(request.id);
    expect(shown.etag).to.equal(`"${sha256(shown.bytes)}"`);
    expect(request.document?.sha256).to.equal(sha256(shown.bytes));
    expect(await table.assembly.stateOf(approved.agreementId)).to.equal("signing");

    expect((await table.list(cast.ben))[0]).to.include({ id: request.id, isMyTurn: true });
    await table.signed(cast.ben, request);
    await table.signed(cast.ada, request);
    const done = await table.signed(cast.pia, request);
    expect(done.state).to.equal("completed");
    expect(done.signatories.map(({ status }) => status)).to.deep.equal([
      "signed",
      "signed",
      "signed",
    ]);
    expect(await table.assembly.stateOf(approved.agreementId)).to.equal("sealed");

    const sealed = await table.document(request.id);
    expect(startsWith(sealed.bytes, shown.bytes)).to.equal(true);
    expect(await judge(sealed.bytes)).to.deep.equal({ verdict: "pass", good: 4 });
    const logged = await table.logEntries();
    expect(logged.filter((entry) => entry.includes('"event":"signed"'))).to.have.length(3);
    expect(logged.at(-1)).to.include('"event":"sealed"').and.include(sha256(sealed.bytes));
    expect((await table.post(approved)).refused("conflict", 409)).to.be.an("object");
  });

  /** How many of its signatures the verifier finds good, and how many pdfsig where it is installed. */
  async function judge(pdf: Uint8Array): Promise<{ verdict: string; good: number }> {
    const root = new Uint8Array(await (await fetch(`${world.url}/pki/ca.cer`)).arrayBuffer());
    const { vkey } = world.app.features.decisions.log.key(cast.partnershipId);
    const now = world.clock.now();
    const report = await verifyPdf(pdf, { roots: [root], now, logKeys: [vkey] });
    const good = report.signatures.filter(({ status }) => status === "pass").length;
    const file = join(world.dataDir, "judged.pdf");
    writeFileSync(file, pdf);
    const said = ask("pdfsig", [file]);
    if (said) expect(said.output.match(/Signature is Valid/g)).to.have.length(good);
    return { verdict: report.verdict, good };
  }

  it("[SIG-20] asks for signatures on an approved version only", async () => {
    const frozen = await table.assembly.version();
    (await table.post(frozen)).refused("not-approved", 409);
    expect(await table.assembly.stateOf(frozen.agreementId)).to.equal("frozen");
    (await table.post({ ...frozen, version: 9 })).refused("version-unknown", 404);
  });

  it("[SIG-17] refuses a list that leaves a party out, and says where", async () => {
    const approved = await table.approved();
    const missing = await table.post(approved, { signatories: table.signatories(["ada", "ben"]) });
    expect(missing.refused("invalid-input", 422).errors?.[0]?.pointer).to.equal("/signatories");
    const twice = await table.post(approved, {
      signatories: table.signatories(["ada", "cleo", "ben", "pia"]),
    });
    expect(twice.refused("invalid-input").errors?.[0]?.pointer).to.equal("/signatories/1/memberId");
    const observer = await table.post(approved, {
      signatories: table.signatories(["ada", "ben", "olga"]),
    });
    expect(observer.refused("invalid-input").errors?.[0]?.pointer).to.equal(
      "/signatories/2/memberId",
    );
    const past = await table.post(approved, { expiresAt: "2020-01-01T00:00:00Z" });
    expect(past.refused("invalid-input").errors?.[0]?.pointer).to.equal("/expiresAt");
  });

  it("[SIG-21] signs nothing without consent, the right hash, the right person and the password", async () => {
    const request = await table.request(await table.approved());
    const before = await table.document(request.id);
    const otherHash = "0".repeat(64);
    (await table.sign(cast.ada, request, { consent: false })).refused("consent-missing", 422);
    (await table.sign(cast.ada, request, { contentSha256: otherHash })).refused("content-mismatch");
    (await table.sign(cast.ada, request, { documentSha256: otherHash })).refused(
      "content-mismatch",
    );
    (await table.sign(cast.ada, request, { stepUp: { password: "not hers" } })).refused(
      "step-up-failed",
      403,
    );
    (await table.sign(cast.cleo, request)).refused("not-a-signatory", 403);
    (await table.sign(cast.olga, request)).refused("not-allowed", 403);
    (await table.sign(cast.ada, request, { stepUp: { otp: "000000" } })).refused("invalid-input");
    const outsider = await world.person("Zed");
    (await table.sign(outsider, request)).refused("not-found", 404);
    (await outsider.get(`/signature-requests/${request.id}`)).refused("not-found", 404);
    (await outsider.get(`/signature-requests/${request.id}/document.pdf`)).refused("not-found");
    expect((await table.document(request.id)).etag).to.equal(before.etag);
  });

  it("[SIG-22] takes a signature once, and what was shown may be any revision so far", async () => {
    const request = await table.request(await table.approved());
    const shown = request.document?.sha256;
    await table.signed(cast.ben, request);
    const after = await table.document(request.id);
    (await table.sign(cast.ben, request)).refused("already-signed", 409);
    expect((await table.document(request.id)).etag).to.equal(after.etag);
    (await table.sign(cast.ada, request, { documentSha256: shown })).ok(201);
  });

  it("[SIG-22] keeps every one of the signatures that arrive at the same moment", async () => {
    const request = await table.request(await table.approved());
    const replies = await Promise.all([
      ...table.parties().map((person) => table.sign(person, request)),
      ...table.parties().map((person) => table.sign(person, request)),
    ]);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).to.have.length(3);
    expect(statuses.filter((status) => status === 409)).to.have.length(3);
    expect((await table.get(request.id)).state).to.equal("completed");
    expect((await judge((await table.document(request.id)).bytes)).good).to.equal(4);
  });

  it("[SIG-13] keeps the order when the request is sequential", async () => {
    const request = await table.request(await table.approved(), { order: "sequential" });
    (await table.sign(cast.ben, request)).refused("not-your-turn", 409);
    expect((await table.get(request.id, cast.ben)).me?.obstacle).to.equal("not-your-turn");
    await table.signed(cast.ada, request);
    expect((await table.get(request.id, cast.ben)).me?.obstacle).to.equal(null);
    await table.signed(cast.ben, request);
  });

  it("[SIG-23] ends with a signatory's no, and lets the agreement go", async () => {
    const approved = await table.approved();
    const request = await table.request(approved);
    const path = `/signature-requests/${request.id}/decline`;
    (await cast.cleo.post(path, { reason: "no" })).refused("not-a-signatory");
    (await cast.ben.post(path, {})).refused("invalid-input");
    const ended = await cast.ben.post(path, { reason: "Le budget a changé." });
    expect(ended.ok(200)).to.include({ state: "declined", reason: "Le budget a changé." });
    expect(await table.assembly.stateOf(approved.agreementId)).to.equal("approved");
    (await table.sign(cast.ada, request)).refused("request-not-open", 409);
    expect((await table.request(approved)).state).to.equal("open");
  });

  it("[SIG-23] ends when it is called back, and when the agreement is withdrawn", async () => {
    const approved = await table.approved();
    const first = await table.request(approved);
    const path = `/signature-requests/${first.id}/cancel`;
    (await cast.cleo.post(path, { reason: "no" })).refused("not-allowed");
    expect((await cast.ada.post(path, { reason: "Erreur." })).ok(200)).to.include({
      state: "cancelled",
    });
    const second = await table.request(approved);
    (await cast.ada.post(`/agreements/${approved.agreementId}/withdraw`, {})).ok();
    await until(async () => (await table.get(second.id)).state === "cancelled");
  });

  it("[SIG-15] expires when its time is over, and lets the agreement go", async () => {
    const approved = await table.approved();
    const expiresAt = new Date(world.clock.now().getTime() + 60_000).toISOString();
    const request = await table.request(approved, { expiresAt });
    world.clock.advance(60_000);
    (await table.sign(cast.ada, request)).refused("request-not-open", 409);
    expect((await table.get(request.id)).state).to.equal("expired");
    expect(await table.assembly.stateOf(approved.agreementId)).to.equal("approved");
  });

  it("[SIG-24] shows how the preparation goes, and signing waits for it", async () => {
    const reply = await table.post(await table.approved(), {}, { prefer: "respond-async" });
    const request = reply.ok<Parameters<SigningTable["sign"]>[1]>(201);
    expect(request).to.include({ state: "preparing", step: "rendering", document: null });
    await table.signed(cast.ada, request);
    expect((await table.get(request.id)).state).to.equal("open");
  });

  it("[SIG-25] publishes the authority's certificate and revocation list to everybody", async () => {
    const root = await fetch(`${world.url}/pki/ca.cer`);
    expect(root.headers.get("content-type")).to.equal("application/pkix-cert");
    const certificate = new X509Certificate(new Uint8Array(await root.arrayBuffer()));
    expect(certificate.ca).to.equal(true);
    const list = await fetch(`${world.url}/pki/crl`);
    expect(list.headers.get("content-type")).to.equal("application/pkix-crl");
    expect((await list.arrayBuffer()).byteLength).to.be.greaterThan(200);
  });
});

describe("signature requests over a restart", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "entente-restart-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("[SIG-26] goes on with a preparation that was interrupted, and signs with the same authority", async () => {
    const first = await World.start(folder);
    const table = new SigningTable(await assemble(first));
    const reply = await table.post(await table.approved(), {}, { prefer: "respond-async" });
    const { id } = reply.ok<{ id: string }>(201);
    const root = await (await fetch(`${first.url}/pki/ca.cer`)).arrayBuffer();
    await first.stop();
    const second = await World.start(folder);
    try {
      const { ada } = table.cast;
      const { accessToken } = (
        await second.stranger().post("/auth/login", {
          email: ada.email,
          password: passwordOf(ada.name),
        })
      ).ok<{ accessToken: string }>();
      const back = new Person(second.url, ada, accessToken);
      await until(async () => (await table.get(id, back)).state === "open", 30_000);
      await table.signed(back, await table.get(id, back));
      const again = await (await fetch(`${second.url}/pki/ca.cer`)).arrayBuffer();
      expect(Buffer.from(again).equals(Buffer.from(root))).to.equal(true);
    } finally {
      await second.stop();
    }
  });
});
