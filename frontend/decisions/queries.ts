import { useTranslation } from "react-i18next";
import type {
  CastBallot,
  Committee,
  DecisionSummary,
  DecisionView,
} from "../../domain/decisions/wire.ts";
import { api } from "../platform/api.ts";
import { useResource, useSend, type Listed } from "../platform/resource.ts";

/** What leads a vote through its life. */
export type Conduct = "open" | "close" | "confirm" | "withdraw";

/** The reader's language, as the domain's words know it. */
export function useLanguage(): "fr" | "en" {
  return useTranslation().i18n.language === "en" ? "en" : "fr";
}

/** One decision. */
export const useDecision = (id: string) => useResource<DecisionView>(pathOf(id));

/** The committees of a partnership. */
export const useCommittees = (partnershipId: string) =>
  useResource<Listed<Committee>>(`/partnerships/${partnershipId}/committees`);

/** The decisions about an agreement, newest first; `null` waits. */
export const useDecisionsOf = (agreementId: string | null) =>
  useResource<Listed<DecisionSummary>>(
    agreementId === null ? null : `/agreements/${agreementId}/decisions`,
  );

function pathOf(id: string): string {
  return `/decisions/${encodeURIComponent(id)}`;
}

/** What any act in a decision makes stale: itself, its partnership's lists, its agreement. */
function touched({ id, partnershipId, subject }: DecisionView): readonly string[] {
  const paths = [pathOf(id), `/partnerships/${partnershipId}`];
  return subject === null ? paths : [...paths, `/agreements/${subject.agreementId}`];
}

/** Opens, closes, confirms or withdraws a decision. */
export function useConduct(decision: DecisionView, onDone: () => void) {
  return useSend((act: Conduct) => api.post<DecisionView>(`${pathOf(decision.id)}/${act}`), {
    outdates: touched,
    onDone,
  });
}

/** A ballot as one fills it in. */
export interface BallotInput {
  readonly choice: CastBallot["choice"];
  readonly comment: string;
}

/** Casts one's partner's ballot on the text that the page shows. */
export function useCastBallot(decision: DecisionView, shown: string | null, onDone: () => void) {
  const bound = shown === null ? {} : { contentSha256: shown };
  return useSend(
    (ballot: BallotInput) =>
      api.post<CastBallot>(`${pathOf(decision.id)}/ballots`, { ...ballot, ...bound }),
    { outdates: () => touched(decision), onDone },
  );
}

/** Steps aside, for one's partner. */
export function useRecuse(decision: DecisionView, onDone: () => void) {
  return useSend(
    (ground: string) => api.post<DecisionView>(`${pathOf(decision.id)}/recusals`, { ground }),
    { outdates: touched, onDone },
  );
}

/** Vetoes, for one's partner. */
export function useVeto(decision: DecisionView, onDone: () => void) {
  return useSend(
    (ground: string) => api.post<DecisionView>(`${pathOf(decision.id)}/vetoes`, { ground }),
    { outdates: touched, onDone },
  );
}

/** Address of a file of the API. */
export function fileOf(path: string): string {
  return `/api/v1${path}`;
}
