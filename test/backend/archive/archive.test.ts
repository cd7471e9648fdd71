import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import type { Report } from "../../../domain/archive/report.ts";
import type { ArchiveRecord, RecordSummary } from "../../../domain/archive/wire.ts";
import { verifyFile } from "../../../backend/archive/index.ts";
import { assemble, type Cast } from "../../support/cast.ts";
import { until, World, type Person } from "../../support/world.ts";
import { SigningTable, type ApprovedVersion } from "../signing/support.ts";

interface Found {
  readonly items: RecordSummary[];
  readonly nextCursor?: string;
}

describe("the archive", function () {
  this.timeout(60_000);
  let world: World;
  let cast: Cast;
  let table: SigningTable;
  let approved: ApprovedVersion;
  let record: ArchiveRecord;

  const find = async (person: Person, query = ""): Promise<Found> =>
    (await person.get(`/archive${query}`)).ok<Found>(200);
  const seal = async (): Promise<ApprovedVersion> => {
    const version = await table.approved();
    const request = await table.request(version);
    for (const person of table.parties()) await table.signed(person, request);
    const query = `?agreementId=${version.agreementId}`;
    await until(async () => (await find(cast.ada, query)).items.length === 1, 60_000);
    return version;
  };

  before(async () => {
    world = await World.start();
    cast = await assemble(world);
    table = new SigningTable(cast);
    approved = await seal();
    const { items } = await find(cast.ada);
    record = (await cast.ada.get(`/archive/${items[0]?.id}`)).ok<ArchiveRecord>(200);
  });
  after(() => world.stop());

  it("[REC-1] holds a sealed agreement with its parties, decision, signatures and hashes, verified at ingest", () => {
    expect(record).to.include({
      agreementId: approved.agreementId,
      version: approved.version,
      contentSha256: approved.contentSha256,
      verdict: "pass",
    });
    expect(record.signatories).to.have.length(3);
    expect(record.decision.arithmetic).to.not.have.length(0);
    expect(record.report.checks.filter(({ status }) => status === "fail")).to.deep.equal([]);
    const log = record.report.checks.find(({ id }) => id === "log");
    expect(log?.status, JSON.stringify(log)).to.equal("pass");
    expect(record.report.sha256).to.equal(record.documentSha256);
  });

  it("[REC-2] finds a record by beginnings of words of title, parties and text, without accents or case", async () => {
    const [party = ""] = record.parties;
    const [word = ""] = party.split(/\s/u);
    const bare = word.normalize("NFKD").replaceAll(/\p{M}/gu, "").toUpperCase();
    for (const query of [record.title, party, bare, bare.slice(0, 4), "ARTICLE"]) {
      const found = await find(cast.ada, `?query=${encodeURIComponent(query)}`);
      expect(
        found.items.map(({ id }) => id),
        query,
      ).to.include(record.id);
    }
    for (const query of ["introuvable", `${bare} introuvable`, "***", ".*"]) {
      const found = await find(cast.ada, `?query=${encodeURIComponent(query)}`);
      expect(found.items, query).to.deep.equal([]);
    }
  });

  it("[REC-3] gives members of another partnership nothing, not even the existence of a record", async () => {
    const mallory = await world.person("Mallory");
    (await mallory.post("/partnerships", { name: "Elsewhere" })).ok();
    expect((await find(mallory)).items).to.deep.equal([]);
    const mine = `?partnershipId=${record.partnershipId}`;
    expect((await find(mallory, mine)).items).to.deep.equal([]);
    for (const tail of ["", "/document.pdf", "/report"]) {
      (await mallory.get(`/archive/${record.id}${tail}`)).refused("not-found", 404);
    }
  });

  it("[REC-4] gives the sealed PDF as it was sealed, and verifies it again on demand", async () => {
    const reply = await cast.ben.get(`/archive/${record.id}/document.pdf`);
    expect(reply.headers.get("etag")).to.equal(`"${record.documentSha256}"`);
    const report = (await cast.ben.get(`/archive/${record.id}/report`)).ok<Report>(200);
    expect(report).to.include({ verdict: "pass", sha256: record.documentSha256 });
    const uploaded = await upload(reply.bytes);
    expect(uploaded.status).to.equal(200);
    expect((await uploaded.json()) as Report).to.include({ verdict: "pass" });
  });

  it("[REC-5] makes one record of a seal however often it is told, and pages through records", async () => {
    const { service } = world.app.features.archive;
    await Promise.all([
      service.takeIn(approved.agreementId),
      service.takeIn(approved.agreementId),
      service.catchUp(),
    ]);
    expect((await find(cast.ada)).items).to.have.length(1);
    await seal();
    const first = await find(cast.ada, "?limit=1");
    expect(first.items).to.have.length(1);
    const rest = await find(cast.ada, `?limit=1&cursor=${first.nextCursor}`);
    expect(rest.items.map(({ id }) => id)).to.deep.equal([record.id]);
    expect(rest.nextCursor).to.equal(undefined);
    (await cast.ada.get("/archive?cursor=nonsense")).refused("invalid-input", 422);
  });

  it("[REC-6] verifies anybody's file without an account, and refuses what is none", async () => {
    const pdf = (await cast.ada.get(`/archive/${record.id}/document.pdf`)).bytes;
    const broken = Uint8Array.from(pdf);
    broken[1000] = (broken[1000] ?? 0) ^ 1;
    const report = (await (await upload(broken)).json()) as Report;
    expect(report.verdict).to.equal("fail");
    const cases: [Promise<Response>, string][] = [
      [upload(Buffer.from("hello")), "not-a-pdf"],
      [upload(new Uint8Array(26 * 1024 * 1024)), "body-too-large"],
      [upload(pdf, "other"), "invalid-input"],
      [post(pdf, "application/pdf"), "unsupported-media-type"],
      [post(Buffer.from("--x\r\n"), "multipart/form-data; boundary=x"), "malformed-body"],
    ];
    for (const [answer, code] of cases) {
      expect(((await (await answer).json()) as { code: string }).code).to.equal(code);
    }
  });

  it("[REC-7] limits how many files an address may have verified", async () => {
    const codes: number[] = [];
    for (let count = 0; count < 25; count += 1) codes.push((await upload(Buffer.from("x"))).status);
    expect(codes).to.include(429);
  });

  it("[REC-8] verifies on the command line with exit codes 0, 1, 2 and 3", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "entente-cli-"));
    const before = process.env["DATA_DIR"];
    const lines: string[] = [];
    const run = (file: string): Promise<number> => verifyFile(file, (line) => lines.push(line));
    try {
      const pdf = (await cast.ada.get(`/archive/${record.id}/document.pdf`)).bytes;
      const [good, bad] = [path.join(folder, "good.pdf"), path.join(folder, "bad.pdf")];
      writeFileSync(good, pdf);
      writeFileSync(bad, Buffer.concat([pdf, Buffer.from("appended")]));
      process.env["DATA_DIR"] = world.dataDir;
      expect(await run(good)).to.equal(0);
      expect(await run(bad)).to.equal(1);
      expect(lines.join("\n")).to.include("Bytes were added after the end");
      process.env["DATA_DIR"] = folder;
      expect(await run(good)).to.equal(2);
      expect(await run(path.join(folder, "absent.pdf"))).to.equal(3);
    } finally {
      if (before === undefined) delete process.env["DATA_DIR"];
      else process.env["DATA_DIR"] = before;
      rmSync(folder, { recursive: true });
    }
  });

  function upload(bytes: Uint8Array, field = "file"): Promise<Response> {
    const form = new FormData();
    form.append(field, new Blob([Uint8Array.from(bytes)]), "file.pdf");
    return fetch(`${world.url}/api/v1/verify`, { method: "POST", body: form });
  }

  function post(bytes: Uint8Array, type: string): Promise<Response> {
    const headers = { "content-type": type };
    const body = Uint8Array.from(bytes);
    return fetch(`${world.url}/api/v1/verify`, { method: "POST", headers, body });
  }
});
