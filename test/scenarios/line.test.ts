import { expect } from "chai";
import type { Report } from "../../domain/archive/report.ts";
import { sha256Hex } from "../../domain/kernel/canonical.ts";
import { assemble, type Cast } from "../support/cast.ts";
import { approve, requestSignatures, seal, sign, type Requested } from "../support/line.ts";
import { passwordOf, until, World } from "../support/world.ts";

describe("the whole line", function () {
  this.timeout(120_000);
  let world: World;
  let cast: Cast;
  before(async () => {
    world = await World.start();
    cast = await assemble(world);
  });
  after(() => world.stop());

  interface RecordRow {
    id: string;
    agreementId: string;
    title: string;
  }
  const search = async (words: string): Promise<RecordRow[]> => {
    const reply = await cast.noor.get(`/archive?query=${encodeURIComponent(words)}`);
    return reply.ok<{ items: RecordRow[] }>().items;
  };

  it("[LIN-1] goes from a template to a sealed PDF that a third person finds and verifies", async () => {
    const { agreementId, contentSha256, pdf } = await seal(cast);
    const agreement = (await cast.noor.get(`/agreements/${agreementId}`)).ok<{ state: string }>();
    expect(agreement.state).to.equal("sealed");
    await until(async () => (await search("partage couts tremplin")).length > 0, 20_000);
    const [row] = await search("partage couts tremplin");
    expect(row?.agreementId).to.equal(agreementId);
    const record = (await cast.noor.get(`/archive/${row?.id}`)).ok<{
      contentSha256: string;
      documentSha256: string;
    }>();
    expect(record.contentSha256).to.equal(contentSha256);
    const document = await cast.noor.get(`/archive/${row?.id}/document.pdf`);
    expect(sha256Hex(document.bytes)).to.equal(record.documentSha256);
    expect(sha256Hex(pdf)).to.equal(record.documentSha256);
    const form = new FormData();
    form.set(
      "file",
      new Blob([new Uint8Array(document.bytes)], { type: "application/pdf" }),
      "a.pdf",
    );
    const answer = await fetch(`${world.url}/api/v1/verify`, { method: "POST", body: form });
    const report = (await answer.json()) as Report;
    expect(report.verdict, JSON.stringify(report.checks)).to.equal("pass");
    expect(report.signatures.map(({ role }) => role)).to.have.members([
      "certification",
      "party",
      "party",
      "party",
    ]);
  });

  it("[LIN-2] binds the ballot to the text: another hash is refused", async () => {
    const started = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "fr",
      title: "Autre texte",
    });
    const { id } = started.ok<{ id: string }>();
    (await cast.ada.post(`/agreements/${id}/versions`, {})).ok(201);
    const committees = await cast.eli.get(`/partnerships/${cast.partnershipId}/committees`);
    const [committee] = committees.ok<{ items: { id: string }[] }>().items;
    const decision = await cast.eli.post(`/partnerships/${cast.partnershipId}/decisions`, {
      committeeId: committee?.id,
      title: "Adopter",
      subject: { agreementId: id, version: 1 },
      closesAt: new Date(Date.now() + 86_400_000).toISOString(),
    });
    const decisionId = decision.ok<{ id: string }>().id;
    (await cast.eli.post(`/decisions/${decisionId}/open`, {})).ok();
    const ballot = { choice: "for", contentSha256: "0".repeat(64) };
    (await cast.ada.post(`/decisions/${decisionId}/ballots`, ballot)).refused(
      "content-mismatch",
      409,
    );
  });

  describe("asks a signatory", () => {
    let request: Requested;
    before(async () => {
      request = await requestSignatures(cast, await approve(cast));
    });
    const attempt = (change: Record<string, unknown>) =>
      cast.ada.post(`/signature-requests/${request.requestId}/signatures`, {
        consent: true,
        contentSha256: request.contentSha256,
        stepUp: { password: passwordOf("Ada") },
        ...change,
      });

    it("[LIN-3] for the very text, for consent and for the password again", async () => {
      (await attempt({ contentSha256: "0".repeat(64) })).refused("content-mismatch", 409);
      (await attempt({ consent: false })).refused("consent-missing", 422);
      (await attempt({ stepUp: { password: "not hers" } })).refused("step-up-failed", 403);
      (await sign(cast.cleo, request)).refused("not-a-signatory", 403);
    });

    it("[LIN-4] once: signing twice adds nothing", async () => {
      (await sign(cast.ada, request)).ok(201);
      const again = await sign(cast.ada, request);
      if (again.status >= 300) again.refused("already-signed", 409);
      const view = (await cast.ada.get(`/signature-requests/${request.requestId}`)).ok<{
        signatories: { status: string }[];
      }>();
      expect(view.signatories.filter(({ status }) => status === "signed")).to.have.length(1);
    });
  });

  it("[LIN-5] refuses signatures for a version that nobody approved", async () => {
    const started = await cast.ada.post(`/partnerships/${cast.partnershipId}/agreements`, {
      templateId: "gouvernance",
      language: "en",
      title: "Not approved",
    });
    const { id } = started.ok<{ id: string }>();
    (await cast.ada.post(`/agreements/${id}/versions`, {})).ok(201);
    const asked = await cast.eli.post(`/agreements/${id}/signature-requests`, {
      version: 1,
      signatories: [
        { memberId: cast.memberIds["ada"] },
        { memberId: cast.memberIds["ben"] },
        { memberId: cast.memberIds["pia"] },
      ],
    });
    asked.refused("not-approved", 409);
  });
});
