import type { TFunction } from "i18next";
import type { AgreementState } from "../../domain/agreements/lifecycle.ts";
import type { Agreement } from "../../domain/agreements/wire.ts";
import type { ThreadStep } from "../ui/Thread.tsx";
import type { ThreadLinks } from "./thread-links.ts";

const order = ["draft", "version", "decision", "signatures", "sealed", "archive"] as const;

/** How far the thread has come in each state: the index of the present step. */
const presentStep: Readonly<Record<AgreementState, number>> = {
  drafting: 0,
  frozen: 2,
  approved: 3,
  signing: 3,
  sealed: 5,
  superseded: 5,
  withdrawn: 0,
};

type Words = TFunction<["agreements", "common"]>;

/** The thread of an agreement: what is done, what is next and whose turn it is. */
export function threadSteps(
  agreement: Agreement,
  t: Words,
  links: ThreadLinks = {},
): readonly ThreadStep[] {
  const present = presentStep[agreement.state];
  const latest = agreement.versions[0];
  const here = `/agreements/${agreement.id}`;
  return order.map((key, index): ThreadStep => {
    const state = index < present ? "done" : index === present ? "current" : "waiting";
    const note =
      key === "decision" && links.vote !== undefined
        ? t(`thread.vote.${links.vote}`)
        : noteOf(key, agreement, t);
    const isVersion = key === "version" && latest !== undefined;
    const href = isVersion
      ? `${here}/versions/${String(latest.number)}`
      : key === "draft"
        ? here
        : linkOf(key, links);
    return {
      key,
      label: t(`common:thread.${key}`),
      state: isVersion && state === "waiting" ? "done" : state,
      ...(note === "" ? {} : { note }),
      ...(href === undefined ? {} : { href }),
      ...(isVersion ? { at: latest.createdAt } : {}),
    };
  });
}

function linkOf(key: (typeof order)[number], links: ThreadLinks): string | undefined {
  if (key === "decision" || key === "signatures" || key === "archive") return links[key];
  return key === "sealed" && links.archive !== undefined ? links.signatures : undefined;
}

function noteOf(key: (typeof order)[number], { state, versions }: Agreement, t: Words): string {
  const isDrafting = state === "drafting";
  const isSealed = state === "sealed" || state === "superseded";
  const latest = versions[0];
  const isUndecided = isDrafting || state === "frozen";
  const notes: Record<(typeof order)[number], string> = {
    draft: isDrafting ? t("thread.writing") : "",
    version:
      latest === undefined
        ? t("thread.freezeNext")
        : t("thread.version", { number: latest.number }),
    decision: isDrafting
      ? t("thread.waitsVersion")
      : state === "frozen"
        ? t("thread.toPropose")
        : t("thread.approved"),
    signatures: isUndecided ? t("thread.waitsDecision") : signaturesNote(state, t),
    sealed: isSealed ? "" : t("thread.waitsSignatures"),
    archive: isSealed ? "" : t("thread.waitsSeal"),
  };
  return notes[key];
}

function signaturesNote(state: AgreementState, t: Words): string {
  if (state === "approved") return t("thread.toRequest");
  return state === "signing" ? t("thread.signing") : "";
}
