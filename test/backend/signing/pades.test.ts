import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as pkijs from "pkijs";
import { createSigningEngine, type SigningEngine } from "../../../backend/signing/engine.ts";
import type { SignatureIncrement } from "../../../backend/signing/pades.ts";
import { openAuthority, type CertificationAuthority } from "../../../backend/signing/pki.ts";
import { firstRevision } from "../../support/rev0.ts";
import { ask, type Said } from "../../support/tools.ts";

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

  interface Signature {
    readonly covered: Buffer;
    readonly cms: Buffer;
  }

  /** The signatures of the last revision, each with the bytes that it covers. */
  function signatures(): readonly Signature[] {
    const text = Buffer.from(last()).toString("latin1");
    return [...text.matchAll(/\/ByteRange \[0 (\d+) (\d+) (\d+) *\]/g)].map((match) => {
      const [hole = 0, after = 0, length = 0] = match.slice(1).map(Number);
      expect(text[hole]).to.equal("<");
      expect(text[after - 1]).to.equal(">");
      const covered = Buffer.from(
        text.slice(0, hole) + text.slice(after, after + length),
        "latin1",
      );
      return { covered, cms: Buffer.from(text.slice(hole + 1, after - 1), "hex") };
    });
  }

  function altered(covered: Buffer): Buffer {
    const other = Buffer.from(covered);
    other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
    return other;
  }

  it("[SIG-7] makes a detached CMS over exactly the covered bytes", async () => {
    expect(signatures()).to.have.length(3);
    for (const { covered, cms } of signatures()) {
      const info = pkijs.ContentInfo.fromBER(new Uint8Array(cms));
      const data = new pkijs.SignedData({ schema: info.content });
      const holds = async (bytes: Buffer): Promise<boolean> =>
        data.verify({ signer: 0, data: new Uint8Array(bytes).buffer, checkChain: false });
      expect(data.encapContentInfo.eContent).to.equal(undefined);
      expect(data.signerInfos).to.have.length(1);
      expect(await holds(covered)).to.equal(true);
      const refused = await holds(altered(covered)).catch(() => false);
      expect(refused).to.equal(false);
    }
  });

  it("[SIG-7] is accepted by openssl as CAdES, and refused when one bit differs", function () {
    writeFileSync(join(folder, "root.pem"), new X509Certificate(authority.root).toString());
    for (const { covered, cms } of signatures()) {
      const said = askCms(covered, cms);
      if (!said) return this.skip();
      expect(said.status).to.equal(0);
      expect(askCms(altered(covered), cms)?.status).to.equal(4);
    }
    return undefined;
  });

  function askCms(content: Buffer, cms: Buffer): Said | undefined {
    writeFileSync(join(folder, "content.bin"), content);
    writeFileSync(join(folder, "cms.der"), cms);
    const what = ["cms", "-verify", "-cades", "-inform", "DER", "-in", join(folder, "cms.der")];
    const trust = ["-CAfile", join(folder, "root.pem"), "-purpose", "any", "-binary"];
    const io = ["-content", join(folder, "content.bin"), "-out", join(folder, "out.bin")];
    return ask("openssl", [...what, ...trust, ...io]);
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

  it("[SIG-12] is judged sound by qpdf", function () {
    for (const [index, revision] of revisions.entries()) {
      const file = join(folder, `revision-${index}.pdf`);
      writeFileSync(file, revision);
      const said = ask("qpdf", ["--check", file]);
      if (!said) return this.skip();
      expect(said.status).to.equal(0);
    }
    return undefined;
  });

  it("[SIG-12] is judged valid by pdfsig, the last signature covering the whole document", function () {
    const file = join(folder, "signed.pdf");
    writeFileSync(file, last());
    const said = ask("pdfsig", [file]);
    if (!said) return this.skip();
    expect(said.output.match(/Signature Validation: Signature is Valid/g)).to.have.length(3);
    expect(said.output.match(/Total document signed/g)).to.have.length(1);
    expect(said.output).to.include("Ada Çelik");
    return undefined;
  });
});
