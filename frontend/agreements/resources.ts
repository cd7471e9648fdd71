import type { VersionContent } from "../../domain/agreements/version.ts";
import type { Agreement, VersionSummary } from "../../domain/agreements/wire.ts";
import type { Model } from "../../domain/templates/model.ts";
import { api } from "../platform/api.ts";
import { useResource, useSend } from "../platform/resource.ts";

/** What the editor needs of the agreement's template, as it was when the agreement began. */
export interface AgreementTemplate {
  readonly model: Model;
  /** Notes for drafters by language and clause id. */
  readonly guidance: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A version with what it says. */
export type Version = VersionSummary & { readonly content: VersionContent };

function pathOf(agreementId: string): string {
  return `/agreements/${encodeURIComponent(agreementId)}`;
}

/** One agreement. */
export const useAgreement = (id: string) => useResource<Agreement>(pathOf(id));

/** The template that an agreement was started from. */
export const useAgreementTemplate = (id: string) =>
  useResource<AgreementTemplate>(`${pathOf(id)}/template`);

/** One version of an agreement. */
export const useVersion = (id: string, number: number) =>
  useResource<Version>(`${pathOf(id)}/versions/${String(number)}`);

/** Freezes the draft into a version; `lock` closes the draft to everybody. */
export const useFreeze = (id: string, onDone: (version: VersionSummary) => void) =>
  useSend(
    (input: { label: string; lock: boolean }) =>
      api.post<VersionSummary>(`${pathOf(id)}/versions`, input),
    { outdates: () => [pathOf(id)], onDone },
  );

/** Opens a frozen draft again. */
export const useReopen = (id: string, onDone: () => void) =>
  useSend(() => api.post<Agreement>(`${pathOf(id)}/reopen`), {
    outdates: () => [pathOf(id)],
    onDone,
  });

/** Address of a version's file. */
export function versionFile(id: string, number: number, kind: "json" | "pdf"): string {
  return `/api/v1${pathOf(id)}/versions/${String(number)}.${kind}`;
}
