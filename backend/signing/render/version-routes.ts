import { createHash } from "node:crypto";
import { z } from "zod";
import type { AgreementService } from "../../agreements/index.ts";
import type { Approvals } from "../../decisions/index.ts";
import type { Actor, Route } from "../../platform/http/route.ts";
import { defineRoute, FileReply } from "../../platform/http/route.ts";
import { idParams } from "../../platform/http/shapes.ts";
import { renderVersion, type RenderInput } from "./index.ts";

/** What printing a version asks of the features before. */
export interface VersionPrintPorts {
  readonly agreements: Pick<AgreementService, "getVersion" | "readContent">;
  readonly approvals: Pick<Approvals, "findApproval">;
}

const versionParams = idParams.extend({ n: z.coerce.number().int().min(1).max(100_000) });

/** The print of any version, to read: as it would be signed, without places to sign. */
export function versionPrintRoutes(ports: VersionPrintPorts): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/agreements/:id/versions/:n.pdf",
      summary: "A version as PDF, to read and print",
      auth: "account",
      params: versionParams,
      handle: async ({ actor, params }) => {
        const input = await printOf(ports, actor, { id: params.id, number: params.n });
        const { pdf } = await renderVersion(input);
        const fileName = `${input.content.title} v${params.n}.pdf`;
        const etag = createHash("sha256").update(pdf).digest("hex");
        return new FileReply(pdf, "application/pdf", { fileName, etag, inline: true });
      },
    }),
  ];
}

async function printOf(
  { agreements, approvals }: VersionPrintPorts,
  actor: Actor,
  { id, number }: { id: string; number: number },
): Promise<RenderInput> {
  const version = await agreements.getVersion(actor, id, number);
  const content = await agreements.readContent(version.contentSha256);
  const approval = await approvals.findApproval(id, number);
  return {
    content,
    contentSha256: version.contentSha256,
    createdAt: new Date(version.createdAt),
    decision: approval
      ? {
          title: approval.title,
          outcome: approval.outcome,
          closedAt: new Date(approval.closedAt),
          arithmetic: approval.arithmetic[content.language],
        }
      : null,
    logProof: approval?.proof ?? null,
    signatories: [],
  };
}
