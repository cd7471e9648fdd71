import { hash, verify } from "@node-rs/argon2";

/** argon2id (the library's default) with 19 MiB, 2 passes, 1 lane: the OWASP floor, so that logins stay quick on two cores. */
const settings = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const MAX_CONCURRENT = 4;
let running = 0;
const waiting: (() => void)[] = [];

/** Hashing costs memory: a flood of logins waits instead of exhausting it. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_CONCURRENT) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

/** PHC string of a password. */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, settings));
}

/** Whether the password is the hashed one. */
export function isPassword(password: string, phc: string): Promise<boolean> {
  return inTurn(() => verify(phc, password));
}

let decoy: Promise<string> | undefined;

/** Spends the time of a check when there is no account, so that timing does not tell. */
export async function pretendToCheck(password: string): Promise<void> {
  decoy ??= hashPassword("a password that nobody has");
  await isPassword(password, await decoy);
}
