import { certificationReason } from "../../domain/signing/consent.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { SigningDeps } from "./deps.ts";
import { CERTIFICATION_FIELD, renderVersion, type RenderedPdf } from "./render/index.ts";
import type { StoredRequest } from "./store.ts";

/** Renders and certifies the document of a request. */
export interface Preparation {
  /**
   * Starts the preparation, or joins the one that runs, and answers when the document can be signed.
   * It can be asked again after a failure or a crash: every step starts from what is stored.
   */
  ensure(request: StoredRequest): Promise<void>;
}

/** Prepares each request once at a time. */
export function createPreparation(deps: SigningDeps): Preparation {
  const running = new Map<string, Promise<void>>();
  return {
    ensure(request) {
      if (request.state !== "preparing") return Promise.resolve();
      const joined = running.get(request._id);
      if (joined) return joined;
      const started = prepare(deps, request).finally(() => running.delete(request._id));
      running.set(request._id, started);
      return started;
    },
  };
}

async function prepare(deps: SigningDeps, request: StoredRequest): Promise<void> {
  await takeAgreement(deps, request);
  await deps.store.setStep(request._id, "rendering");
  const rendered = await render(deps, request);
  const { sha256 } = await deps.blobs.put(rendered.pdf);
  await deps.store.setStep(request._id, "certifying");
  deps.announce("signature-request.rendered", request);
  const certified = await certify(deps, request, { pdf: rendered.pdf, sha256 });
  // The blob is durable before the request names it.
  const stored = await deps.blobs.put(certified);
  const revision = { ...stored, slot: null, at: deps.clock.now() };
  if (await deps.store.open(request._id, { revision, pages: rendered.pages })) {
    deps.announce("signature-request.opened", request);
  }
  await deps.store.settle(request._id);
}

/**
 * Moves the agreement to signing. The version was approved, so a draft that is still open closes now.
 * @throws {Refusal} conflict — the agreement is sealed, superseded or withdrawn
 */
export async function takeAgreement(deps: SigningDeps, request: StoredRequest): Promise<void> {
  const { agreements } = deps.ports;
  for (const event of ["freeze", "approve", "request-signatures"] as const) {
    const state = await agreements.advance(request.agreementId, event);
    if (state === "signing") return;
    if (state !== "frozen" && state !== "approved") {
      throw new Refusal("conflict", `The agreement is ${state}.`);
    }
  }
}

async function render(deps: SigningDeps, request: StoredRequest): Promise<RenderedPdf> {
  const { decision, seats } = request;
  return renderVersion({
    content: await deps.ports.agreements.readContent(request.contentSha256),
    contentSha256: request.contentSha256,
    createdAt: request.createdAt,
    decision: {
      title: decision.title,
      outcome: decision.outcome,
      closedAt: decision.closedAt,
      arithmetic: decision.arithmetic,
    },
    logProof: decision.logProof,
    signatories: seats.map(({ slot, name, partnerName, authority }) => ({
      slot,
      name,
      partnerName,
      ...(authority ? { capacity: authority } : {}),
    })),
  });
}

async function certify(
  deps: SigningDeps,
  request: StoredRequest,
  rendered: { pdf: Uint8Array; sha256: string },
): Promise<Uint8Array> {
  const { authority } = deps;
  return deps.engine.sign({
    pdf: rendered.pdf,
    expectedSha256: rendered.sha256,
    fieldName: CERTIFICATION_FIELD,
    signer: authority.seal,
    name: deps.instance,
    reason: certificationReason(request),
    certify: 2,
    validationData: {
      certificates: [authority.root],
      revocationLists: [await authority.revocationList()],
    },
    now: deps.clock.now(),
  });
}
