import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createSigningEngine, type SigningEngine } from "../../../backend/signing/engine.ts";
import type { SignatureIncrement } from "../../../backend/signing/pades.ts";
import { openAuthority, type CertificationAuthority } from "../../../backend/signing/pki.ts";
import { firstRevision } from "../../support/rev0.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("PAdES signing", () => {
  let folder: string;
  let authority: CertificationAuthority;
  let engine: SigningEngine;
  let revisions: Uint8Array[];

  const party = async (
    slot: string,
    name: string,
    pdf: Uint8Array,
  ): Promise<SignatureIncrement> => ({
    pdf,
    expectedSha256: sha256(pdf),
    fieldName: `Signature_${slot}`,
    signer: await authority.issueSignatory({ commonName: name, organization: "Partner" }),
    name,
    reason: "J’approuve (art. 3) — Genève",
    lock: [`Signature_${slot}`],
    now: new Date(),
  });
  const certification = async (pdf: Uint8Array): Promise<SignatureIncrement> => ({
    pdf,
    expectedSha256: sha256(pdf),
    fieldName: "Certification",
    signer: authority.seal,
    name: "Entente",
    certify: 2,
    validationData: {
      certificates: [authority.root],
      revocationLists: [await authority.revocationList()],
    },
    now: new Date(),
  });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "entente-pades-"));
    authority = await openAuthority({
      folder: join(folder, "pki"),
      instance: "entente.example",
      publicUrl: "http://localhost:3000",
      clock: { now: () => new Date() },
    });
    engine = createSigningEngine();
    const bare = await firstRevision(["a", "b"]);
    const certified = await engine.sign(await certification(bare));
    const first = await engine.sign(await party("a", "Ada Çelik", certified));
    revisions = [
      bare,
      certified,
      first,
      await engine.sign(await party("b", "Ben (Boréal)", first)),
    ];
  });
  after(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const last = (): Uint8Array => revisions.at(-1) ?? new Uint8Array();

  it("[SIG-6] only ever appends: each revision begins with the one before, byte for byte", () => {
    for (const [index, revision] of revisions.entries()) {
      const next = revisions[index + 1];
      if (next) expect(sha256(next.subarray(0, revision.length))).to.equal(sha256(revision));
    }
  });

  it("[SIG-6] writes nothing at an approval but the field with its value and the signature", () => {
    const [, certified = last(), signed = last()] = revisions;
    const text = Buffer.from(signed.subarray(certified.length)).toString("latin1");
    const objects = [...text.matchAll(/^\d+ \d+ obj/gm)];
    expect(objects).to.have.length(2);
    expect(text).to.match(/\/T \(Signature_a\)[\s\S]*\/V \d+ 0 R/);
    expect(text).not.to.match(/\/Type \/Catalog/);
  });

  it("[SIG-7] makes a detached CMS that openssl accepts as CAdES over exactly the covered bytes", () => {
    writeFileSync(join(folder, "root.pem"), new X509Certificate(authority.root).toString());
    const text = Buffer.from(last()).toString("latin1");
    const ranges = [...text.matchAll(/\/ByteRange \[0 (\d+) (\d+) (\d+) *\]/g)];
    expect(ranges).to.have.length(3);
    for (const match of ranges) {
      const [hole = 0, after = 0, length = 0] = match.slice(1).map(Number);
      expect(text[hole]).to.equal("<");
      expect(text[after - 1]).to.equal(">");
      const covered = Buffer.from(
        text.slice(0, hole) + text.slice(after, after + length),
        "latin1",
      );
      expect(verifyCms(covered, Buffer.from(text.slice(hole + 1, after - 1), "hex"))).to.equal(
        true,
      );
      covered[covered.length >> 1] = (covered[covered.length >> 1] ?? 0) ^ 1;
      expect(verifyCms(covered, Buffer.from(text.slice(hole + 1, after - 1), "hex"))).to.equal(
        false,
      );
    }
  });

  function verifyCms(content: Buffer, cms: Buffer): boolean {
    writeFileSync(join(folder, "content.bin"), content);
    writeFileSync(join(folder, "signature.der"), cms);
    const command = [
      "cms",
      "-verify",
      "-cades",
      "-inform",
      "DER",
      "-in",
      join(folder, "signature.der"),
    ];
    const trust = ["-CAfile", join(folder, "root.pem"), "-purpose", "any", "-binary"];
    const io = ["-content", join(folder, "content.bin"), "-out", join(folder, "out.bin")];
    try {
      execFileSync("openssl", [...command, ...trust, ...io], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  it("[SIG-8] signs the attributes of the baseline and no signing-time, in DER order", () => {
    const text = Buffer.from(last()).toString("latin1");
    const contents = [...text.matchAll(/\/Contents <([0-9a-f]+)>/g)].map(([, hex = ""]) => hex);
    expect(contents).to.have.length(3);
    for (const hex of contents) {
      expect(hex).to.include("06092a864886f70d010903"); // content-type
      expect(hex).to.include("06092a864886f70d010904"); // message-digest
      expect(hex).to.include("060b2a864886f70d010910022f"); // signing-certificate-v2
      expect(hex).not.to.include("06092a864886f70d010905"); // signing-time
      expect(hex.length / 2).to.equal(16_384);
    }
  });

  it("[SIG-9] certifies with docMDP P=2 first, and each party locks its own field", () => {
    const text = Buffer.from(last()).toString("latin1");
    expect(text.match(/\/TransformMethod \/DocMDP/g)).to.have.length(1);
    expect(text).to.match(/\/P 2\b/);
    expect(text.match(/\/TransformMethod \/FieldMDP/g)).to.have.length(2);
    expect(text.match(/\/Perms/g)).to.have.length(1);
    expect(text.indexOf("/DocMDP")).to.be.lessThan(text.indexOf("/FieldMDP"));
  });

  it("[SIG-10] refuses bytes that are not those that were shown", async () => {
    const increment = await party("a", "Ada", revisions[1] ?? last());
    const error = await engine
      .sign({ ...increment, expectedSha256: sha256(last()) })
      .catch((e: unknown) => e);
    expect(error).to.include({ name: "Refusal", code: "content-mismatch" });
  });

  it("[SIG-11] refuses a place that is signed, unknown, or too small, and leaves the engine alive", async () => {
    const failure = async (increment: SignatureIncrement): Promise<string> =>
      engine.sign(increment).then(
        () => "signed",
        (error: unknown) => String(error),
      );
    expect(await failure(await party("a", "Ada", last()))).to.match(/signed already/);
    expect(await failure(await party("z", "Zoé", last()))).to.match(/not exactly one/);
    expect(await failure(await certification(last()))).to.match(/already/);
    const certified = revisions[1] ?? last();
    expect(await failure({ ...(await party("a", "Ada", certified)), holeBytes: 64 })).to.match(
      /its place has 64/,
    );
    const again = await engine.sign(await party("b", "Ben", certified));
    expect(again.length).to.be.greaterThan(certified.length);
  });

  it("[SIG-12] is judged sound by qpdf and by pdfsig, the last signature covering the whole document", function () {
    for (const [index, revision] of revisions.entries()) {
      writeFileSync(join(folder, `revision-${index}.pdf`), revision);
    }
    const file = join(folder, "revision-3.pdf");
    let said: string;
    try {
      execFileSync("qpdf", ["--check", file], { stdio: "ignore" });
      said = execFileSync("pdfsig", [file], { stdio: ["ignore", "pipe", "ignore"] }).toString();
    } catch (error) {
      if (!isMissing(error)) throw error;
      console.log("      qpdf or pdfsig is not installed here");
      this.skip();
    }
    expect(said.match(/Signature Validation: Signature is Valid/g)).to.have.length(3);
    expect(said.match(/Total document signed/g)).to.have.length(1);
    expect(said).to.include("Ada Çelik");
  });
});

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
