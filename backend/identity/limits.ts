import { RateLimiterMemory } from "rate-limiter-flexible";
import { Refusal } from "../../domain/kernel/refusal.ts";

/** Slows guessing of passwords, per account and per address; fails closed. */
export interface LoginLimits {
  /** @throws {Refusal} too-many-requests */
  consume(attempt: { account: string; address: string | null }): Promise<void>;
  /** New accounts cost a hash and a row each. @throws {Refusal} too-many-requests */
  consumeRegistration(address: string): Promise<void>;
  /** A right password clears the account's count. */
  forgive(account: string): Promise<void>;
}

/** Attempts allowed per window. */
export interface LoginLimitSettings {
  readonly perAccountPer15Min: number;
  readonly perAddressPerMin: number;
}

/** A class signs up behind one address more often than it mistypes passwords. */
const REGISTRATIONS_PER_LOGIN = 3;

/** Limits in the process's memory: a restart forgives, which an attacker cannot cause. */
export function createLoginLimits(settings: LoginLimitSettings): LoginLimits {
  const perAccount = new RateLimiterMemory({
    points: settings.perAccountPer15Min,
    duration: 15 * 60,
  });
  const perAddress = new RateLimiterMemory({ points: settings.perAddressPerMin, duration: 60 });
  const registrations = new RateLimiterMemory({
    points: settings.perAddressPerMin * REGISTRATIONS_PER_LOGIN,
    duration: 60,
  });
  const take = async (limiter: RateLimiterMemory, key: string): Promise<void> => {
    try {
      await limiter.consume(key);
    } catch (cause) {
      throw new Refusal("too-many-requests", "Too many attempts; wait some minutes.", { cause });
    }
  };
  return {
    async consume({ account, address }) {
      if (address !== null) await take(perAddress, address);
      await take(perAccount, account);
    },
    consumeRegistration: (address) => take(registrations, address),
    async forgive(account) {
      await perAccount.delete(account);
    },
  };
}
