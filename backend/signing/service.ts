import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Action } from "../../domain/partnerships/access.ts";
import type {
  NewSignature,
  NewSignatureRequest,
  SignatureRequestSummary,
  SignatureRequestView,
} from "../../domain/signing/wire.ts";
import type { Actor } from "../platform/http/route.ts";
import { createRequest } from "./creation.ts";
import type { SigningDeps } from "./deps.ts";
import { cancelForAgreement, cancelRequest, declineRequest, expireIfDue } from "./endings.ts";
import { createPreparation, type Preparation } from "./preparation.ts";
import { presentRequest, presentSummary } from "./present.ts";
import { quietly, within } from "./quietly.ts";
import { sealedOf, type SealedDocument } from "./sealed.ts";
import { settle } from "./settling.ts";
import { applySignature, getRequest } from "./signatures.ts";
import type { StoredRequest } from "./store.ts";

/** Versions going out for signature. */
export interface SigningService {
  /**
   * Asks for signatures and prepares the document; answers when it is ready, or after `waitMs` with the
   * preparation still running.
   * @throws {Refusal} see `createRequest`
   */
  request(
    actor: Actor,
    agreementId: string,
    input: NewSignatureRequest & { readonly waitMs: number },
  ): Promise<SignatureRequestView>;
  get(actor: Actor, id: string): Promise<SignatureRequestView>;
  listOfAgreement(actor: Actor, agreementId: string): Promise<readonly SignatureRequestSummary[]>;
  /** Those that wait for the caller come first. */
  listOfPartnership(
    actor: Actor,
    partnershipId: string,
  ): Promise<readonly SignatureRequestSummary[]>;
  /** The newest revision. @throws {Refusal} too-busy — it is still being prepared */
  getDocument(
    actor: Actor,
    id: string,
  ): Promise<{ bytes: Uint8Array; sha256: string; fileName: string }>;
  sign(actor: Actor, id: string, input: NewSignature): Promise<SignatureRequestView>;
  /** A signatory says no: the request ends. @throws {Refusal} not-a-signatory; already-signed; request-not-open */
  decline(actor: Actor, id: string, reason: string): Promise<SignatureRequestView>;
  /** The one who leads calls it back. @throws {Refusal} request-not-open */
  cancel(actor: Actor, id: string, reason: string): Promise<SignatureRequestView>;
  /** The agreement was given up: an active request ends with it. */
  cancelForAgreement(agreementId: string): Promise<void>;
  findSealed(agreementId: string): Promise<SealedDocument | undefined>;
  listSealed(): Promise<readonly SealedDocument[]>;
  /** Ends what is overdue, goes on with what was interrupted. */
  resume(): Promise<void>;
}

const PREPARATION_WAIT_MS = 20_000;

interface ServiceDeps extends SigningDeps {
  /** The one gate. @throws {Refusal} not-found; not-allowed */
  authorise(actor: Actor, action: Action, partnershipId: string): Promise<unknown>;
}

/** Use cases of signing. */
export function createSigningService(deps: ServiceDeps): SigningService {
  const preparation = createPreparation(deps);
  const loaded = loader(deps, preparation);
  const view = async (actor: Actor, id: string): Promise<SignatureRequestView> =>
    presentRequest(await getRequest(deps, id), viewerOf(deps, actor));

  return {
    ...reading(deps, loaded),
    async request(actor, agreementId, { waitMs, ...input }) {
      await deps.ports.agreements.authorise(actor, "signature.request", agreementId);
      const request = await createRequest(deps, { actor, agreementId, input });
      await within(
        quietly(deps, request, () => preparation.ensure(request)),
        waitMs,
      );
      return view(actor, request._id);
    },
    async sign(actor, id, input) {
      await loaded.prepared(actor, "signature.apply", id);
      const act = { requestId: id, accountId: actor.accountId, input };
      const signed = await applySignature(deps, act);
      await quietly(deps, signed, () => settle(deps, id));
      return presentRequest(signed, viewerOf(deps, actor));
    },
    async decline(actor, id, reason) {
      const request = await loaded.plain(actor, "signature.apply", id);
      await declineRequest(deps, request, { accountId: actor.accountId, reason });
      return view(actor, id);
    },
    async cancel(actor, id, reason) {
      await cancelRequest(deps, await loaded.plain(actor, "signature.request", id), reason);
      return view(actor, id);
    },
    cancelForAgreement: (agreementId) => cancelForAgreement(deps, agreementId),
    resume: () => resume(deps, preparation),
  };
}

interface Loader {
  /** @throws {Refusal} not-found; not-allowed */
  plain(actor: Actor, action: Action, id: string): Promise<StoredRequest>;
  /** The same, once its document is prepared, if that does not take too long. */
  prepared(actor: Actor, action: Action, id: string): Promise<StoredRequest>;
}

function loader(deps: ServiceDeps, preparation: Preparation): Loader {
  const plain: Loader["plain"] = async (actor, action, id) => {
    const request = await getRequest(deps, id);
    await deps.authorise(actor, action, request.partnershipId);
    return expireIfDue(deps, request);
  };
  return {
    plain,
    async prepared(actor, action, id) {
      const request = await plain(actor, action, id);
      if (request.state !== "preparing") return request;
      await within(
        quietly(deps, request, () => preparation.ensure(request)),
        PREPARATION_WAIT_MS,
      );
      return getRequest(deps, id);
    },
  };
}

type Reading = Pick<
  SigningService,
  "get" | "listOfAgreement" | "listOfPartnership" | "getDocument" | "findSealed" | "listSealed"
>;

function reading(deps: ServiceDeps, loaded: Loader): Reading {
  const { store } = deps;
  return {
    get: async (actor, id) =>
      presentRequest(await loaded.plain(actor, "signature.read", id), viewerOf(deps, actor)),
    async listOfAgreement(actor, agreementId) {
      await deps.ports.agreements.authorise(actor, "signature.read", agreementId);
      const found = await store.listOfAgreement(agreementId);
      return found.map((one) => presentSummary(one, viewerOf(deps, actor)));
    },
    async listOfPartnership(actor, partnershipId) {
      await deps.authorise(actor, "signature.read", partnershipId);
      const found = await store.listOfPartnership(partnershipId);
      const shown = found.map((one) => presentSummary(one, viewerOf(deps, actor)));
      return shown.toSorted((a, b) => Number(b.isMyTurn) - Number(a.isMyTurn));
    },
    async getDocument(actor, id) {
      const request = await loaded.prepared(actor, "signature.read", id);
      const sha256 = request.documentSha256;
      if (!sha256) throw new Refusal("too-busy", "The document is being prepared.");
      const bytes = await deps.blobs.get(sha256);
      return { bytes, sha256, fileName: `${request.title} v${request.version}.pdf` };
    },
    async findSealed(agreementId) {
      const found = await store.listOfAgreement(agreementId);
      return found.filter((one) => one.state === "completed").map(sealedOf)[0];
    },
    listSealed: async () => (await store.listCompleted()).map(sealedOf),
  };
}

async function resume(deps: SigningDeps, preparation: Preparation): Promise<void> {
  for (const request of await deps.store.listOverdue(deps.clock.now())) {
    await quietly(deps, request, () => expireIfDue(deps, request));
  }
  for (const request of await deps.store.listUnsettled()) {
    await quietly(deps, request, () =>
      request.state === "preparing" ? preparation.ensure(request) : settle(deps, request._id),
    );
  }
}

function viewerOf(deps: SigningDeps, actor: Actor): { accountId: string; now: Date } {
  return { accountId: actor.accountId, now: deps.clock.now() };
}
