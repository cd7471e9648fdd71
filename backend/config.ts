import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const optionalText = z.string().min(1).optional();

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  DATA_DIR: z.string().default("./data"),
  TEMPLATES_DIR: optionalText,
  MONGODB_URI: optionalText,
  BLOB_QUOTA_MB: z.coerce.number().positive().optional(),
  REDIS_URL: optionalText,
  PUBLIC_URL: z.url().optional(),
  SMTP_URL: optionalText,
  MAIL_FROM: z.string().default("Entente <entente@localhost>"),
  TSA_URL: optionalText,
  JWT_SECRET: z.string().min(32).optional(),
  KEY_SECRET: z.string().min(16).optional(),
  TRUST_PROXY: optionalText,
  LOGIN_ATTEMPTS_PER_MINUTE: z.coerce.number().int().min(1).default(20),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("warn"),
  FULL_SCANS_FILE: optionalText,
  ENTENTE_INSTANCE: z.string().default("entente.local"),
});

/** Everything the process is told from outside, parsed once. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Folder with one sub-folder per template. */
  readonly templatesDir: string;
  readonly mongodbUri: string | undefined;
  /** Most bytes that stored files may take; none means what the disk has. */
  readonly blobQuotaBytes: number | undefined;
  readonly redisUrl: string | undefined;
  /** Origin under which people reach the instance, without a final slash. */
  readonly publicUrl: string;
  /** Whether PUBLIC_URL was given; if not, the URL follows the port. */
  readonly isPublicUrlGiven: boolean;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly tsaUrl: string | undefined;
  /** Express `trust proxy`: an exact hop count or subnet list; absent trusts nobody. */
  readonly trustProxy: string | undefined;
  readonly loginLimits: { readonly perAccountPer15Min: number; readonly perAddressPerMin: number };
  readonly logLevel: string;
  /** File to which each query that reads a whole collection is added, for tests that forbid them. */
  readonly fullScansFile: string | undefined;
  /** Name of the instance in log origins and certificates. */
  readonly instance: string;
  /** Folder that holds package.json and dist/frontend. */
  readonly root: string;
  readonly secrets: { readonly jwt: string | undefined; readonly keys: string | undefined };
}

/**
 * Reads the environment: the only place that does.
 * @throws {Error} when a variable is not acceptable, naming it
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`Environment not acceptable:\n  ${lines.join("\n  ")}`);
  }
  const value = parsed.data;
  const root = findRoot(dirname(fileURLToPath(import.meta.url)));
  return Object.freeze({
    port: value.PORT,
    host: value.HOST,
    dataDir: resolve(value.DATA_DIR),
    templatesDir: resolve(value.TEMPLATES_DIR ?? join(root, "templates")),
    mongodbUri: value.MONGODB_URI,
    blobQuotaBytes: quotaOf(value.BLOB_QUOTA_MB),
    redisUrl: value.REDIS_URL,
    publicUrl: (value.PUBLIC_URL ?? `http://localhost:${value.PORT}`).replace(/\/$/, ""),
    isPublicUrlGiven: value.PUBLIC_URL !== undefined,
    smtpUrl: value.SMTP_URL,
    mailFrom: value.MAIL_FROM,
    tsaUrl: value.TSA_URL,
    trustProxy: value.TRUST_PROXY,
    loginLimits: { perAccountPer15Min: 15, perAddressPerMin: value.LOGIN_ATTEMPTS_PER_MINUTE },
    logLevel: value.LOG_LEVEL,
    fullScansFile: value.FULL_SCANS_FILE,
    instance: value.ENTENTE_INSTANCE,
    root,
    secrets: Object.freeze({ jwt: value.JWT_SECRET, keys: value.KEY_SECRET }),
  });
}

function quotaOf(mebibytes: number | undefined): number | undefined {
  return mebibytes === undefined ? undefined : Math.floor(mebibytes * 2 ** 20);
}

function findRoot(from: string): string {
  if (existsSync(join(from, "package.json"))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error("package.json not found above the program");
  return findRoot(parent);
}
