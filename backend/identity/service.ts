import type { z } from "zod";
import type {
  accountChangeSchema,
  Account,
  Locale,
  registerSchema,
} from "../../domain/identity/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { Actor } from "../platform/http/route.ts";
import { createTurns } from "../platform/turns.ts";
import type { AccountStore, StoredAccount } from "./account-store.ts";
import type { LoginLimits } from "./limits.ts";
import { hashPassword, isPassword, pretendToCheck } from "./passwords.ts";
import { presentAccount } from "./present.ts";
import type { IssuedSession, Sessions } from "./sessions.ts";

/** A session with the account it is for. */
export type SignedIn = IssuedSession & { readonly account: Account };

/** Accounts and who is signed in. */
export interface IdentityService {
  /**
   * The first account of an instance is its operator. `address` is absent when the instance itself asks.
   * @throws {Refusal} email-taken; too-many-requests
   */
  register(input: z.output<typeof registerSchema>, address?: string): Promise<SignedIn>;
  /** @throws {Refusal} wrong-credentials; too-many-requests — per account and per address */
  login(input: { email: string; password: string; address: string }): Promise<SignedIn>;
  refresh(refreshToken: string): Promise<SignedIn>;
  logout(actor: Actor): Promise<void>;
  logoutEverywhere(actor: Actor): Promise<void>;
  getAccount(accountId: string): Promise<Account>;
  /** Whether nobody has registered yet. */
  isEmpty(): Promise<boolean>;
  listNames(
    accountIds: readonly string[],
  ): Promise<ReadonlyMap<string, { name: string; email: string; locale: Locale }>>;
  changeAccount(accountId: string, change: z.output<typeof accountChangeSchema>): Promise<Account>;
  /** Confirms a binding act. @throws {Refusal} step-up-failed; too-many-requests */
  verifyPassword(accountId: string, password: string): Promise<void>;
}

/** What identity needs. */
export interface IdentityServiceDeps {
  readonly accounts: AccountStore;
  readonly sessions: Sessions;
  readonly limits: LoginLimits;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Use cases of accounts and sign-in. */
export function createIdentityService(deps: IdentityServiceDeps): IdentityService {
  const { accounts, sessions } = deps;
  const turns = createTurns();
  const signIn = async (account: StoredAccount): Promise<SignedIn> => ({
    ...(await sessions.open(account._id)),
    account: presentAccount(account),
  });
  const getStored = async (id: string): Promise<StoredAccount> => {
    const account = await accounts.findById(id);
    if (!account) throw new Refusal("session-ended", "The account is no longer here.");
    return account;
  };

  return {
    async register(input, address) {
      if (address !== undefined) await deps.limits.consumeRegistration(address);
      const hashed = await newAccount(deps, input);
      // One after the other: two at once would both be the first, and operators.
      const account = await turns.take("register", async () => {
        const first = { ...hashed, operator: (await accounts.count()) === 0 };
        if (await accounts.insert(first)) return first;
        throw new Refusal("email-taken", "Sign in with this e-mail instead.");
      });
      return signIn(account);
    },
    async login({ email, password, address }) {
      await deps.limits.consume({ account: email, address });
      const account = await accounts.findByEmail(email);
      if (!account) await pretendToCheck(password);
      if (!account || !(await isPassword(password, account.passwordHash))) {
        throw new Refusal("wrong-credentials", "E-mail or password is wrong.");
      }
      await deps.limits.forgive(email);
      return signIn(account);
    },
    async refresh(refreshToken) {
      const issued = await sessions.refresh(refreshToken);
      return { ...issued, account: presentAccount(await getStored(issued.actor.accountId)) };
    },
    logout: (actor) => sessions.end(actor.sessionId),
    logoutEverywhere: (actor) => sessions.endAll(actor.accountId),
    isEmpty: async () => (await accounts.count()) === 0,
    getAccount: async (id) => presentAccount(await getStored(id)),
    async listNames(ids) {
      const found = await accounts.findByIds(ids);
      return new Map(found.map(({ _id, name, email, locale }) => [_id, { name, email, locale }]));
    },
    async changeAccount(id, change) {
      const { name, locale } = change;
      await accounts.change(id, { ...(name ? { name } : {}), ...(locale ? { locale } : {}) });
      return presentAccount(await getStored(id));
    },
    async verifyPassword(accountId, password) {
      const account = await getStored(accountId);
      await deps.limits.consume({ account: `step-up:${accountId}`, address: null });
      if (!(await isPassword(password, account.passwordHash))) {
        throw new Refusal("step-up-failed", "The password is wrong; nothing was signed.");
      }
      await deps.limits.forgive(`step-up:${accountId}`);
    },
  };
}

async function newAccount(
  deps: IdentityServiceDeps,
  input: z.output<typeof registerSchema>,
): Promise<Omit<StoredAccount, "operator">> {
  return {
    _id: deps.ids.next(),
    email: input.email,
    name: input.name,
    locale: input.locale,
    passwordHash: await hashPassword(input.password),
    createdAt: deps.clock.now(),
  };
}
