import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../support/cast.ts";
import { seal } from "../support/line.ts";
import { World } from "../support/world.ts";
import { nssWith, pyhanko, revisionsOf, run, veraPdf } from "./tools.ts";

/** A PDF sealed through the API, judged by programs that are not ours. */
describe("a sealed PDF", () => {
  let world: World;
  let folder: string;
  let pdf: Uint8Array;
  let sealed: string;
  let rootDer: Uint8Array;
  let rootPem: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-validators-"));
    world = await World.start();
    pdf = (await seal(await assemble(world))).pdf;
    sealed = join(folder, "sealed.pdf");
    await writeFile(sealed, pdf);
    rootDer = new Uint8Array(await (await fetch(`${world.url}/pki/ca.cer`)).arrayBuffer());
    rootPem = join(folder, "ca.pem");
    await writeFile(join(folder, "ca.cer"), rootDer);
    await run("openssl", [
      "x509",
      "-inform",
      "DER",
      "-in",
      join(folder, "ca.cer"),
      "-out",
      rootPem,
    ]);
  });
  after(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("[VAL-1] has a certification and the parties' signatures, all valid and trusted (pdfsig)", async () => {
    const nss = await nssWith(folder, rootDer);
    const { output } = await run("pdfsig", ["-nssdir", nss, sealed]);
    const all = (pattern: RegExp): number => [...output.matchAll(pattern)].length;
    expect(all(/Signature Validation: Signature is Valid/g), output).to.equal(4);
    expect(all(/Certificate Validation: Certificate is Trusted/g), output).to.equal(4);
    expect(all(/ETSI\.CAdES\.detached/g), output).to.equal(4);
    expect(output).to.match(/Signature #4[\s\S]*Total document signed/);
  });

  it("[VAL-2] is sound PDF (qpdf)", async () => {
    const { code, output } = await run("qpdf", ["--check", sealed]);
    expect(code, output).to.equal(0);
    expect(output).to.not.match(/WARNING/);
  });

  it("[VAL-3] is PDF/A-3a in every revision (veraPDF)", async () => {
    const files = await Promise.all(
      revisionsOf(pdf).map(async (bytes, index) => {
        const file = join(folder, `revision-${index}.pdf`);
        await writeFile(file, bytes);
        return file;
      }),
    );
    expect(files).to.have.length(5);
    const verdicts = await veraPdf("3a", files);
    for (const file of files) {
      const verdict = verdicts.get(file);
      expect(verdict?.isCompliant, `${file}: ${verdict?.failures.join(", ")}`).to.equal(true);
    }
  });

  it("[VAL-4] is accessible as PDF/UA-1 (veraPDF)", async () => {
    const verdict = (await veraPdf("ua1", [sealed])).get(sealed);
    expect(verdict?.isCompliant, verdict?.failures.join(", ")).to.equal(true);
  });

  it("[VAL-5] has signatures that pyHanko accepts, each with our authority as trust root", async () => {
    const { code, output } = await run(pyhanko, [
      "sign",
      "validate",
      "--pretty-print",
      "--no-revocation-check",
      "--trust",
      rootPem,
      "--trust-replace",
      sealed,
    ]);
    expect(code, output).to.equal(0);
    const judged = [...output.matchAll(/The signature is judged (VALID|INVALID)/g)];
    expect(
      judged.map((match) => match[1]),
      output,
    ).to.deep.equal(["VALID", "VALID", "VALID", "VALID"]);
  });

  it("[VAL-6] has CMS signatures that openssl verifies over the covered bytes", async () => {
    const ranges = [
      ...Buffer.from(pdf)
        .toString("latin1")
        .matchAll(/\/ByteRange \[\s*0 (\d+) (\d+) (\d+)\s*\]/g),
    ];
    expect(ranges).to.have.length(4);
    for (const [index, range] of ranges.entries()) {
      const [start = 0, resume = 0, length = 0] = range.slice(1).map(Number);
      const hex = Buffer.from(pdf.subarray(start + 1, resume - 1)).toString("latin1");
      const cms = Buffer.from(hex, "hex");
      const covered = Buffer.concat([
        pdf.subarray(0, start),
        pdf.subarray(resume, resume + length),
      ]);
      const [cmsFile, dataFile] = [join(folder, `${index}.p7s`), join(folder, `${index}.bin`)];
      await writeFile(cmsFile, cms.subarray(0, derLength(cms)));
      await writeFile(dataFile, covered);
      const { code, output } = await run("openssl", [
        "cms",
        "-verify",
        "-cades",
        "-inform",
        "DER",
        "-in",
        cmsFile,
        "-content",
        dataFile,
        "-binary",
        "-CAfile",
        rootPem,
        "-purpose",
        "any",
        "-out",
        "/dev/null",
      ]);
      expect(code, output).to.equal(0);
    }
  });

  it("[VAL-7] comes from an authority whose certificate and revocation list openssl reads", async () => {
    const crl = join(folder, "ca.crl");
    await writeFile(crl, new Uint8Array(await (await fetch(`${world.url}/pki/crl`)).arrayBuffer()));
    const list = await run("openssl", [
      "crl",
      "-inform",
      "DER",
      "-in",
      crl,
      "-CAfile",
      rootPem,
      "-noout",
    ]);
    expect(list.output).to.match(/verify OK/);
    const root = await run("openssl", ["verify", "-CAfile", rootPem, rootPem]);
    expect(root.code, root.output).to.equal(0);
  });
});

/** Length of the DER value that a buffer starts with: the rest of the hole is zeros. */
function derLength(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const bytes = first & 0x7f;
  return 2 + bytes + der.readUIntBE(2, bytes);
}
