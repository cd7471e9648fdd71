import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openAuthority, SIGNATORY_LIFE_MS } from "../../../backend/signing/pki.ts";

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

  it("[SIG-1] issues certificates and a revocation list that openssl accepts under strict checks", async () => {
    const authority = await openAuthority(options());
    const subject = { commonName: "Ada Çelik", organization: "Association Passerelle" };
    const one = await authority.issueSignatory(subject);
    const root = pem("root.pem", authority.root);
    writeFileSync(join(folder, "crl.der"), await authority.revocationList());
    const list = execFileSync(
      "openssl",
      ["crl", "-inform", "DER", "-in", join(folder, "crl.der"), "-CAfile", root],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    writeFileSync(join(folder, "trust.pem"), readFileSync(root, "utf8") + list.toString());
    const files = [
      pem("one.pem", one.certificate),
      pem("seal.pem", authority.seal.certificate),
      root,
    ];
    const strict = ["-x509_strict", "-crl_check_all", "-CAfile", join(folder, "trust.pem")];
    const said = execFileSync("openssl", ["verify", ...strict, ...files]).toString();
    expect(said.match(/: OK/g)).to.have.length(3);
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
