import type { Account } from "../../domain/identity/wire.ts";
import type { StoredAccount } from "./account-store.ts";

/** An account for its owner: never the hash. */
export function presentAccount(account: StoredAccount): Account {
  return {
    id: account._id,
    email: account.email,
    name: account.name,
    locale: account.locale,
    operator: account.operator,
  };
}
