import {
  createPrivateKey,
  generateKeyPair,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../platform/clock.ts";
import {
  certificateOf,
  derOf,
  issueCertificate,
  issueRevocationList,
  type Issuer,
  type SigningIdentity,
  type Subject,
} from "./certificates.ts";

/** The instance's certification authority. */
export interface CertificationAuthority {
  /** The root certificate, DER: what a validator must be told to trust. */
  readonly root: Uint8Array;
  /** The identity with which the instance certifies a rendering. */
  readonly seal: SigningIdentity;
  /** A fresh key, used once and kept in memory only, with a certificate valid for a day. */
  issueSignatory(subject: Subject): Promise<SigningIdentity>;
  /** The revocation list, DER; a new one at most once an hour. */
  revocationList(): Promise<Uint8Array>;
}

/** How an authority is opened. */
export interface AuthorityOptions {
  /** Folder of the keys, created when missing. */
  readonly folder: string;
  /** Name of the instance, in the subjects of root and seal. */
  readonly instance: string;
  readonly publicUrl: string;
  /** Encrypts the private keys at rest (PKCS#8 PBES2, AES-256); absent leaves them to file permissions. */
  readonly keySecret?: string | undefined;
  readonly clock: Clock;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** Life of a root certificate. */
export const ROOT_LIFE_MS = 20 * YEAR_MS;
/** Life of the certificate with which the instance certifies. */
export const SEAL_LIFE_MS = 5 * YEAR_MS;
/** Life of a signatory's one-time certificate: long enough to sign, too short to be worth stealing. */
export const SIGNATORY_LIFE_MS = DAY_MS;
/** How far certificates are backdated, for validators whose clocks are behind ours. */
export const BACKDATE_MS = 5 * 60_000;
/** Path of the revocation list below the instance's address. */
export const CRL_PATH = "/pki/crl";
const CRL_LIFE_MS = 30 * DAY_MS;
const CRL_REFRESH_MS = HOUR_MS;
const SEAL_RENEWAL_MS = 30 * DAY_MS;

const newKeyPair = promisify(generateKeyPair);

/**
 * Opens the instance's authority, creating root and seal on first use. Creation is one rename of a
 * complete folder, so a crash leaves either everything or nothing and of two processes one wins.
 * @throws {Error} when the keys cannot be read, for example with another key secret
 */
export async function openAuthority(options: AuthorityOptions): Promise<CertificationAuthority> {
  const root = await loadOrCreateRoot(options);
  const crlUrl = distributionPoint(options.publicUrl);
  const seal = await loadOrRenewSeal(options, root, crlUrl);
  const rootDer = derOf(root.certificate);
  let list: { der: Promise<Uint8Array>; at: number } | undefined;
  return {
    root: rootDer,
    seal: { key: seal.key, certificate: derOf(seal.certificate), issuers: [rootDer] },
    async issueSignatory(subject) {
      const { privateKey, publicKey } = await newKeyPair("ec", { namedCurve: "P-256" });
      const certificate = await issueCertificate(
        {
          subject,
          publicKey,
          use: "signatory",
          ...crlUrl,
          ...lifeOf(options.clock, SIGNATORY_LIFE_MS),
        },
        root,
      );
      return { key: privateKey, certificate: derOf(certificate), issuers: [rootDer] };
    },
    revocationList() {
      const now = options.clock.now().getTime();
      if (!list || Math.abs(now - list.at) >= CRL_REFRESH_MS) {
        const thisUpdate = new Date(now - BACKDATE_MS);
        list = { der: issueRevocationList(root, thisUpdate, new Date(now + CRL_LIFE_MS)), at: now };
      }
      return list.der;
    },
  };
}

type DistributionPoint = { readonly crlUrl?: string };

/**
 * Where certificates say the revocation list is. An instance that only its own machine can reach names
 * none: strict validators refuse a certificate whose named list they cannot fetch, and every PDF
 * carries the list anyway.
 */
function distributionPoint(publicUrl: string): DistributionPoint {
  const { hostname } = new URL(publicUrl);
  const isLocal = /(^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);
  return isLocal ? {} : { crlUrl: `${publicUrl}${CRL_PATH}` };
}

function lifeOf(clock: Clock, lifeMs: number): { notBefore: Date; notAfter: Date } {
  const now = clock.now().getTime();
  return { notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + lifeMs) };
}

async function loadOrCreateRoot(options: AuthorityOptions): Promise<Issuer> {
  const file = join(options.folder, "root.pem");
  const found = await readIdentity(file, options.keySecret);
  if (found) return found;
  const made = await createRoot(options);
  const parent = dirname(options.folder);
  const draft = join(parent, `.pki-${randomBytes(6).toString("hex")}`);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await writeDurably(join(draft, "root.pem"), pemOf(made, options.keySecret));
  await syncFolder(draft);
  try {
    await rename(draft, options.folder);
    await syncFolder(parent);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const winner = await readIdentity(file, options.keySecret);
    if (winner) return winner;
    throw error;
  }
  return made;
}

async function createRoot(options: AuthorityOptions): Promise<Issuer> {
  const { privateKey, publicKey } = await newKeyPair("ec", { namedCurve: "P-384" });
  // Two instances never share a name, or a validator that trusts both could mistake one for the other.
  const tag = randomBytes(4).toString("hex");
  const subject = { commonName: `Entente root ${tag}`, organization: options.instance };
  const certificate = await issueCertificate(
    { subject, publicKey, use: "root", ...lifeOf(options.clock, ROOT_LIFE_MS) },
    { selfKey: privateKey },
  );
  return { key: privateKey, certificate };
}

async function loadOrRenewSeal(
  options: AuthorityOptions,
  root: Issuer,
  crlUrl: DistributionPoint,
): Promise<Issuer> {
  const file = join(options.folder, "seal.pem");
  const found = await readIdentity(file, options.keySecret);
  if (found && isUsableSeal(found, options.clock.now(), crlUrl)) return found;
  const { privateKey, publicKey } = await newKeyPair("ec", { namedCurve: "P-256" });
  const subject = { commonName: "Entente seal", organization: options.instance };
  const certificate = await issueCertificate(
    { subject, publicKey, use: "seal", ...crlUrl, ...lifeOf(options.clock, SEAL_LIFE_MS) },
    root,
  );
  const seal = { key: privateKey, certificate };
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeDurably(draft, pemOf(seal, options.keySecret));
  await rename(draft, file);
  await syncFolder(options.folder);
  return seal;
}

/** A seal near its end, or which points to an address we have left, is replaced; old seals stay valid. */
function isUsableSeal(seal: Issuer, now: Date, { crlUrl }: DistributionPoint): boolean {
  const remainingMs = seal.certificate.notAfter.value.getTime() - now.getTime();
  const der = Buffer.from(derOf(seal.certificate));
  const pointsRight = crlUrl ? der.includes(crlUrl, 0, "latin1") : !der.includes(CRL_PATH);
  return remainingMs > SEAL_RENEWAL_MS && pointsRight;
}

function pemOf(identity: Issuer, keySecret: string | undefined): string {
  const key = identity.key.export({
    type: "pkcs8",
    format: "pem",
    ...(keySecret ? { cipher: "aes-256-cbc", passphrase: keySecret } : {}),
  });
  return `${key.toString()}${new X509Certificate(derOf(identity.certificate)).toString()}`;
}

async function readIdentity(
  file: string,
  keySecret: string | undefined,
): Promise<Issuer | undefined> {
  const pem = await readIfPresent(file);
  if (pem === undefined) return undefined;
  const certificate = new X509Certificate(pem);
  const key = readKey(pem, keySecret, file);
  if (!certificate.checkPrivateKey(key)) throw new Error(`${file}: key and certificate differ`);
  return { key, certificate: certificateOf(certificate.raw) };
}

function readKey(pem: string, keySecret: string | undefined, file: string): KeyObject {
  try {
    return createPrivateKey({
      key: pem,
      format: "pem",
      ...(keySecret ? { passphrase: keySecret } : {}),
    });
  } catch (error) {
    throw new Error(
      `${file}: the private key cannot be read; is KEY_SECRET the one it was made with?`,
      {
        cause: error,
      },
    );
  }
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
