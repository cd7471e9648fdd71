import type { Partner } from "../../domain/partnerships/wire.ts";
import type { Actor } from "../platform/http/route.ts";

/** The people of the demo by short name, signed in and members. */
export type DemoCast = Readonly<
  Record<string, { readonly actor: Actor; readonly memberId: string }>
>;

/** Where the demo's agreements are seeded. */
export interface DemoPlace {
  readonly partnershipId: string;
  readonly partners: readonly Partner[];
  readonly cast: DemoCast;
}
