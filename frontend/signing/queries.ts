import { useQuery } from "@tanstack/react-query";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { sha256Hex } from "../../domain/kernel/canonical.ts";
import { api } from "../platform/api.ts";
import { keyOf, resource, useSend, type Listed } from "../platform/resource.ts";

const WATCH_MS = 1_500;

function pathOf(id: string): string {
  return `/signature-requests/${encodeURIComponent(id)}`;
}

function touched({ id, agreementId, partnershipId }: SignatureRequestView): readonly string[] {
  return [pathOf(id), `/agreements/${agreementId}`, `/partnerships/${partnershipId}`];
}

/** One signature request; looked at again and again while its document is prepared. */
export function useSignatureRequest(id: string) {
  return useQuery({
    ...resource<SignatureRequestView>(pathOf(id)),
    refetchInterval: ({ state }) => (state.data?.state === "preparing" ? WATCH_MS : false),
  });
}

/** A document as this browser received it, with the hash that this browser computed. */
export interface ReadDocument {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** The document of a request; `revision` is the SHA-256 that the server announces for it. */
export function useDocument(id: string, revision: string | null) {
  const path = `${pathOf(id)}/document.pdf`;
  return useQuery({
    queryKey: ["documents", ...keyOf(path), revision],
    enabled: revision !== null,
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<ReadDocument> => {
      const bytes = await api.file(path, signal);
      return { bytes, sha256: sha256Hex(bytes) };
    },
  });
}

interface Found {
  readonly id: string;
}

/** The archive record of a sealed agreement; undefined until the archive has taken it in. */
export function useArchived(agreementId: string, isSealed: boolean): Found | undefined {
  const path = `/archive?agreementId=${encodeURIComponent(agreementId)}`;
  const { data } = useQuery({
    ...resource<Listed<Found>>(path),
    enabled: isSealed,
    refetchInterval: ({ state }) => (state.data?.items.length === 0 ? WATCH_MS : false),
  });
  return data?.items[0];
}

/** What a signatory gives. */
export interface SignatureInput {
  readonly authority: string;
  readonly password: string;
  /** SHA-256 of the document that this page has shown. */
  readonly documentSha256: string;
}

/** Signs for one's partner, confirmed by the password. */
export function useSign(request: SignatureRequestView, onDone: () => void) {
  return useSend(
    ({ authority, password, documentSha256 }: SignatureInput) =>
      api.post<SignatureRequestView>(`${pathOf(request.id)}/signatures`, {
        consent: true,
        contentSha256: request.contentSha256,
        documentSha256,
        stepUp: { password },
        ...(authority === "" ? {} : { authority }),
      }),
    { outdates: touched, onDone },
  );
}

/** Ends a request, with the reason: a signatory declines, or the one who leads calls it back. */
export function useEnd(
  request: SignatureRequestView,
  act: "decline" | "cancel",
  onDone: () => void,
) {
  return useSend(
    (reason: string) => api.post<SignatureRequestView>(`${pathOf(request.id)}/${act}`, { reason }),
    { outdates: touched, onDone },
  );
}

/** A signatory as chosen. */
export interface ChosenSignatory {
  readonly memberId: string;
  readonly authority: string;
}

interface NewRequest {
  readonly version: number;
  readonly signatories: readonly ChosenSignatory[];
  readonly order: "parallel" | "sequential";
}

/** Sends an approved version out for signature. */
export function useRequestSignatures(
  agreementId: string,
  onDone: (request: SignatureRequestView) => void,
) {
  return useSend(
    ({ version, signatories, order }: NewRequest) =>
      api.post<SignatureRequestView>(
        `/agreements/${agreementId}/signature-requests`,
        {
          version,
          order,
          signatories: signatories.map(({ memberId, authority }) =>
            authority === "" ? { memberId } : { memberId, authority },
          ),
        },
        { prefer: "respond-async" },
      ),
    { outdates: touched, onDone },
  );
}
