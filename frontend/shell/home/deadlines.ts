import type { HomeContent } from "./tasks.ts";

/** A date ahead: what happens then, and where to act before. */
export interface Deadline {
  readonly key: string;
  readonly at: string;
  readonly to: string;
  readonly title: string;
  readonly what: "closes" | "signBefore" | "invitationEnds";
}

/** Dates ahead, the nearest first. */
export function deadlinesOf(content: HomeContent): readonly Deadline[] {
  const { decisions, requests, invitations, partnership, now } = content;
  const all: Deadline[] = [
    ...decisions.flatMap(({ id, state, closesAt, title }) =>
      state === "open" || state === "draft"
        ? [{ key: id, at: closesAt, to: `/decisions/${id}`, title, what: "closes" as const }]
        : [],
    ),
    ...requests.flatMap(({ id, state, expiresAt, title }) =>
      expiresAt !== null && state === "open"
        ? [
            {
              key: id,
              at: expiresAt,
              to: `/signature-requests/${id}`,
              title,
              what: "signBefore" as const,
            },
          ]
        : [],
    ),
    ...invitations.map(({ id, expiresAt, email }) => ({
      key: id,
      at: expiresAt,
      to: `/partnerships/${partnership.id}/people`,
      title: email,
      what: "invitationEnds" as const,
    })),
  ];
  return all
    .filter(({ at }) => new Date(at) > now)
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(0, 6);
}
