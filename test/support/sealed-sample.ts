import { createHash } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { renderVersion } from "../../backend/signing/render/index.ts";
import type { RenderInput } from "../../backend/signing/render/index.ts";
import { signIncrement, type SignatureIncrement } from "../../backend/signing/pades.ts";
import { openAuthority, type CertificationAuthority } from "../../backend/signing/pki.ts";
import { renderInput, versionSamples } from "./version-samples.ts";

/** A sealed agreement made by the real renderer, authority and signature engine. */
export interface SealedSample {
  /** Every revision as the whole file was then: rendered, certified, first party, …, last party. */
  readonly revisions: readonly Uint8Array[];
  readonly sealed: Uint8Array;
  readonly root: Uint8Array;
  readonly now: Date;
}

/** The time at which samples are signed. */
export const SAMPLE_NOW = new Date("2026-11-22T10:05:00Z");

/** Opens a throw-away authority. */
export async function sampleAuthority(): Promise<CertificationAuthority> {
  const parent = mkdtempSync(path.join(tmpdir(), "entente-pki-"));
  try {
    return await openAuthority({
      folder: path.join(parent, "pki"),
      instance: "Entente test",
      publicUrl: "http://localhost:3000",
      clock: { now: () => SAMPLE_NOW },
    });
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** Renders, certifies and signs a version for all its signatories. */
export async function sealSample(
  input: RenderInput = renderInput(versionSamples.fr),
  authority?: CertificationAuthority,
): Promise<SealedSample> {
  const ca = authority ?? (await sampleAuthority());
  const { pdf } = await renderVersion(input);
  const revisions = [pdf];
  const add = async (step: {
    fieldName: string;
    name: string;
    certify?: 2;
    lock?: string[];
    organization?: string;
    validationData?: SignatureIncrement["validationData"];
  }): Promise<void> => {
    const before = revisions.at(-1) ?? pdf;
    const { organization, validationData, ...rest } = step;
    const signer = organization
      ? await ca.issueSignatory({ commonName: step.name, organization })
      : ca.seal;
    revisions.push(
      await signIncrement({
        ...rest,
        ...(validationData ? { validationData } : {}),
        pdf: before,
        expectedSha256: createHash("sha256").update(before).digest("hex"),
        signer,
        now: SAMPLE_NOW,
      }),
    );
  };
  await add({
    fieldName: "Certification",
    name: "Entente test",
    certify: 2,
    validationData: { certificates: [ca.root], revocationLists: [await ca.revocationList()] },
  });
  for (const one of input.signatories) {
    const fieldName = `Signature_${one.slot}`;
    await add({ fieldName, name: one.name, organization: one.partnerName, lock: [fieldName] });
  }
  const sealed = revisions.at(-1) ?? pdf;
  return { revisions, sealed, root: ca.root, now: SAMPLE_NOW };
}
