import type {
  SignatureRequestSummary,
  SignatureRequestView,
} from "../../../domain/signing/wire.ts";
import { Assembly, simpleRule } from "../decisions/support.ts";
import type { Cast } from "../../support/cast.ts";
import { passwordOf, type Person, type Reply } from "../../support/world.ts";

/** An approved version, ready to be sent out. */
export interface ApprovedVersion {
  readonly agreementId: string;
  readonly version: number;
  readonly contentSha256: string;
}

/** What the tests say of signing, through the doors people use. */
export class SigningTable {
  readonly cast: Cast;
  readonly assembly: Assembly;

  constructor(cast: Cast) {
    this.cast = cast;
    this.assembly = new Assembly(cast);
  }

  /** A version that all three partners have voted for. */
  async approved(): Promise<ApprovedVersion> {
    const frozen = await this.assembly.version();
    const { agreementId, version } = frozen;
    const id = await this.assembly.open(simpleRule, { subject: { agreementId, version } });
    for (const person of this.parties()) await this.assembly.voted(person, id, "for");
    await this.assembly.close(id);
    return frozen;
  }

  parties(): readonly Person[] {
    return [this.cast.ada, this.cast.ben, this.cast.pia];
  }

  signatories(names: readonly string[] = ["ada", "ben", "pia"]): { memberId: string }[] {
    return names.map((name) => ({ memberId: this.cast.memberIds[name] ?? "" }));
  }

  post(
    { agreementId, version }: ApprovedVersion,
    more: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const body = { version, signatories: this.signatories(), order: "parallel", ...more };
    return this.cast.ada.post(`/agreements/${agreementId}/signature-requests`, body, headers);
  }

  async request(
    version: ApprovedVersion,
    more: Record<string, unknown> = {},
  ): Promise<SignatureRequestView> {
    return (await this.post(version, more)).ok<SignatureRequestView>(201);
  }

  sign(person: Person, request: SignatureRequestView, more: object = {}): Promise<Reply> {
    return person.post(`/signature-requests/${request.id}/signatures`, {
      consent: true,
      contentSha256: request.contentSha256,
      stepUp: { password: passwordOf(person.name) },
      ...more,
    });
  }

  async signed(person: Person, request: SignatureRequestView): Promise<SignatureRequestView> {
    return (await this.sign(person, request)).ok<SignatureRequestView>(201);
  }

  async get(id: string, person: Person = this.cast.ada): Promise<SignatureRequestView> {
    return (await person.get(`/signature-requests/${id}`)).ok<SignatureRequestView>(200);
  }

  async list(person: Person): Promise<readonly SignatureRequestSummary[]> {
    const reply = await person.get(`/partnerships/${this.cast.partnershipId}/signature-requests`);
    return reply.ok<{ items: SignatureRequestSummary[] }>(200).items;
  }

  async document(id: string): Promise<{ bytes: Uint8Array; etag: string }> {
    const reply = await this.cast.ada.get(`/signature-requests/${id}/document.pdf`);
    return { bytes: reply.bytes, etag: reply.headers.get("etag") ?? "" };
  }

  /** The exact texts of the decision log, in order. */
  async logEntries(): Promise<readonly string[]> {
    const path = `/partnerships/${this.cast.partnershipId}/log/entries?from=0&to=1000`;
    const { items } = (await this.cast.ada.get(path)).ok<{ items: { entry: string }[] }>(200);
    return items.map(({ entry }) => entry);
  }
}
