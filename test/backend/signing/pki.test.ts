import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import * as pkijs from "pkijs";
import { openAuthority, SIGNATORY_LIFE_MS } from "../../../backend/signing/pki.ts";
import { ask } from "../../support/tools.ts";

const clock = { now: () => new Date() };
const keySecret = "a secret of the operator";

describe("certification authority", () => {
  let folder: string;
  const options = (
    publicUrl = "https://entente.example",
    secret: string | undefined = keySecret,
  ) => ({
    folder: join(folder, "pki"),
    instance: "entente.example",
    publicUrl,
    keySecret: secret,
    clock,
  });
  const pem = (name: string, der: Uint8Array): string => {
    const file = join(folder, name);
    writeFileSync(file, new X509Certificate(der).toString());
    return file;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "entente-pki-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("[SIG-1] issues certificates and a revocation list that lead to the root", async () => {
    const authority = await openAuthority(options());
    const root = pkijs.Certificate.fromBER(new Uint8Array(authority.root));
    const { certificate } = await authority.issueSignatory({ commonName: "Ada" });
    for (const der of [certificate, authority.seal.certificate, authority.root]) {
      const one = new X509Certificate(der);
      expect(one.checkIssued(new X509Certificate(authority.root))).to.equal(true);
      expect(one.verify(new X509Certificate(authority.root).publicKey)).to.equal(true);
    }
    const der = new Uint8Array(await authority.revocationList());
    const list = pkijs.CertificateRevocationList.fromBER(der);
    expect(await list.verify({ issuerCertificate: root })).to.equal(true);
    const other = await openAuthority({ ...options(), folder: join(folder, "other") });
    const stranger = pkijs.Certificate.fromBER(new Uint8Array(other.root));
    expect(await list.verify({ issuerCertificate: stranger })).to.equal(false);
  });

  it("[SIG-1] passes openssl's strict checks of chain and revocation", async function () {
    const authority = await openAuthority(options());
    const one = await authority.issueSignatory({ commonName: "Ada", organization: "Passerelle" });
    const root = pem("root.pem", authority.root);
    const crl = join(folder, "crl.der");
    writeFileSync(crl, await authority.revocationList());
    const list = ask("openssl", ["crl", "-inform", "DER", "-in", crl, "-CAfile", root]);
    if (!list) return this.skip();
    writeFileSync(join(folder, "trust.pem"), readFileSync(root, "utf8") + list.output);
    const strict = ["-x509_strict", "-crl_check_all", "-CAfile", join(folder, "trust.pem")];
    const seal = pem("seal.pem", authority.seal.certificate);
    const said = ask("openssl", ["verify", ...strict, pem("one.pem", one.certificate), seal, root]);
    expect(said?.output.match(/: OK/g)).to.have.length(3);
    return undefined;
  });

  it("[SIG-2] gives every signature its own key and serial in a certificate of one day", async () => {
    const authority = await openAuthority(options());
    const subject = { commonName: "Ada Çelik", organization: "Association Passerelle" };
    const [a, b] = await Promise.all([
      authority.issueSignatory(subject),
      authority.issueSignatory(subject),
    ]);
    const first = new X509Certificate(a.certificate);
    const second = new X509Certificate(b.certificate);
    expect(first.subject).to.equal("O=Association Passerelle\nCN=Ada Çelik");
    expect(first.serialNumber).to.not.equal(second.serialNumber);
    expect(first.checkPrivateKey(a.key)).to.equal(true);
    expect(first.checkPrivateKey(b.key)).to.equal(false);
    const remainingMs = Date.parse(first.validTo) - Date.now();
    expect(remainingMs).to.be.within(SIGNATORY_LIFE_MS - 60_000, SIGNATORY_LIFE_MS);
  });

  it("[SIG-3] keeps root and seal over a restart, encrypted and readable by nobody else", async () => {
    const before = await openAuthority(options());
    await before.issueSignatory({ commonName: "Ada" });
    const after = await openAuthority(options());
    expect(Buffer.from(after.root).equals(Buffer.from(before.root))).to.equal(true);
    expect(
      Buffer.from(after.seal.certificate).equals(Buffer.from(before.seal.certificate)),
    ).to.equal(true);
    const files = readdirSync(join(folder, "pki"));
    expect(files).to.have.members(["root.pem", "seal.pem"]);
    for (const file of files) {
      const path = join(folder, "pki", file);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(() => createPrivateKey(readFileSync(path))).to.throw();
      expect(createPrivateKey({ key: readFileSync(path), passphrase: keySecret }).type).to.equal(
        "private",
      );
    }
    expect(statSync(join(folder, "pki")).mode & 0o777).to.equal(0o700);
    expect(readdirSync(folder)).to.deep.equal(["pki"]);
  });

  it("[SIG-3] says so when the keys were encrypted with another secret", async () => {
    await openAuthority(options());
    const refused = await openAuthority(options(undefined, "another secret, just as long")).then(
      () => "opened",
      (error: unknown) => String(error),
    );
    expect(refused).to.match(/KEY_SECRET/);
  });

  it("[SIG-4] is created once when several processes start together", async () => {
    const opened = await Promise.all([1, 2, 3, 4].map(() => openAuthority(options())));
    const roots = new Set(opened.map(({ root }) => Buffer.from(root).toString("hex")));
    expect(roots.size).to.equal(1);
    expect(readdirSync(folder)).to.deep.equal(["pki"]);
  });

  it("[SIG-5] names its revocation list in certificates only where others can fetch it", async () => {
    const local = await openAuthority(options("http://localhost:3000"));
    const localSeal = Buffer.from(local.seal.certificate);
    expect(localSeal.includes("/pki/crl")).to.equal(false);
    const moved = await openAuthority(options("https://entente.example"));
    const movedSeal = Buffer.from(moved.seal.certificate);
    expect(movedSeal.includes("https://entente.example/pki/crl")).to.equal(true);
    expect(Buffer.from(moved.root).equals(Buffer.from(local.root))).to.equal(true);
  });
});
