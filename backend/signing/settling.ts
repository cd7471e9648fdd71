import type { SigningDeps } from "./deps.ts";
import type { StoredRequest } from "./store.ts";

/**
 * Tells others what a request has come to, in order: decision log, then agreement. Each thing is told at least once and
 * each listener takes it once, so a crash in between is made good by asking again.
 */
export async function settle(deps: SigningDeps, id: string): Promise<void> {
  await deps.turns.take(`settle:${id}`, async () => {
    const request = await deps.store.findById(id);
    if (!request || request.state === "preparing") return;
    for (const effect of request.effects) {
      await perform(deps, request, effect);
      await deps.store.removeEffect(id, effect);
    }
    await deps.store.settle(id);
  });
}

async function perform(deps: SigningDeps, request: StoredRequest, effect: string): Promise<void> {
  const { ports } = deps;
  if (effect === "seal") {
    await ports.agreements.advance(request.agreementId, "seal");
    deps.announce("signature-request.completed", request);
  } else if (effect === "release") {
    await ports.agreements.advance(request.agreementId, "cancel-signatures");
  } else if (effect === "log-sealed") {
    await ports.approvals.appendSealed(entryOf(request, request.revisions.at(-1)));
  } else if (effect.startsWith("log:")) {
    const slot = effect.slice("log:".length);
    const revision = request.revisions.find((one) => one.slot === slot);
    await ports.approvals.appendSigned(entryOf(request, revision));
  } else {
    throw new Error(`unknown effect ${effect}`);
  }
}

function entryOf(
  { decision }: StoredRequest,
  revision: StoredRequest["revisions"][number] | undefined,
): { decisionId: string; pdfSha256: string; at: string } {
  if (!revision) throw new Error("a signature that was applied has its revision");
  return {
    decisionId: decision.id,
    pdfSha256: revision.sha256,
    at: revision.at.toISOString(),
  };
}
