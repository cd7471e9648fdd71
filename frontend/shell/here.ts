import { useMatch } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { usePartnership } from "../partnerships/index.tsx";
import { useResource } from "../platform/resource.ts";

interface InPartnership {
  readonly partnershipId: string;
}

/** Pages whose address does not name the partnership; what they show does. */
const things = ["agreements", "decisions", "signature-requests", "archive"] as const;

function useThing(): string | null {
  const match = useMatch("/:collection/:id/*");
  const collection = things.find((thing) => thing === match?.params["collection"]);
  return collection === undefined ? null : `/${collection}/${match?.params["id"] ?? ""}`;
}

/** The partnership in which the present page is; undefined when in none or not yet known. */
export function useHere(isSignedIn: boolean): Partnership | undefined {
  const direct = useMatch("/partnerships/:id/*")?.params.id;
  const thing = useThing();
  const { data: found } = useResource<InPartnership>(isSignedIn ? thing : null);
  const id = direct ?? (thing === null ? undefined : found?.partnershipId);
  const { data } = usePartnership(isSignedIn && id !== undefined ? id : null);
  return data;
}
