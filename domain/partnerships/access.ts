import type { Role } from "./wire.ts";

const everyone = ["lead", "lawyer", "committee", "archivist", "observer", "coordinator"] as const;
const writers = ["lead", "lawyer", "coordinator"] as const;

/** Who may do what in a partnership, by role: the one table behind `authorise`. */
const allowed = {
  "partnership.read": everyone,
  "partnership.change": ["coordinator"],
  "partner.add": ["coordinator"],
  "member.invite": ["coordinator"],
  "member.remove": ["coordinator"],
  "agreement.create": writers,
  "agreement.read": everyone,
  "agreement.write": writers,
  "agreement.freeze": writers,
  "agreement.withdraw": ["coordinator", "lead"],
  "committee.create": ["coordinator", "lead"],
  "decision.propose": ["coordinator", "lead", "lawyer"],
  "decision.conduct": ["coordinator", "lead"],
  "decision.read": everyone,
  "ballot.cast": ["committee"],
  "log.read": everyone,
  "signature.request": ["coordinator", "lead"],
  "signature.read": everyone,
  "signature.apply": ["lead", "coordinator", "lawyer", "committee"],
  "archive.read": everyone,
} as const satisfies Record<string, readonly Role[]>;

/** Something a member may want to do in a partnership. */
export type Action = keyof typeof allowed;

/** Whether any of the roles allows the action. */
export function mayDo(roles: readonly Role[], action: Action): boolean {
  const list: readonly Role[] = allowed[action];
  return roles.some((role) => list.includes(role));
}
