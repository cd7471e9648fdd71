import {
  castBallotSchema,
  committeeSchema,
  decisionSchema,
  decisionSummarySchema,
  newBallotSchema,
  newCommitteeSchema,
  newDecisionSchema,
  newRecusalSchema,
  newVetoSchema,
  receiptSchema,
} from "../../domain/decisions/wire.ts";
import { defineRoute, FileReply, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import type { Committees } from "./committees.ts";
import type { DecisionService } from "./service.ts";

const MAX_COMMITTEE_BYTES = 500_000;

/** Doors of committees. */
export function committeeRoutes(committees: Committees): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/partnerships/:id/committees",
      summary: "Found a committee: its rule and its roll",
      auth: "account",
      status: 201,
      maxBodyBytes: MAX_COMMITTEE_BYTES,
      params: idParams,
      body: newCommitteeSchema,
      response: committeeSchema,
      handle: ({ actor, params, body }) => committees.create(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/committees",
      summary: "The committees of a partnership",
      auth: "account",
      params: idParams,
      response: listOf(committeeSchema),
      handle: async ({ actor, params }) => ({ items: await committees.list(actor, params.id) }),
    }),
    defineRoute({
      method: "get",
      path: "/committees/:id",
      summary: "One committee with its rule in words",
      auth: "account",
      params: idParams,
      response: committeeSchema,
      handle: ({ actor, params }) => committees.get(actor, params.id),
    }),
  ];
}

/** Doors of decisions. */
export function decisionRoutes(service: DecisionService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/partnerships/:id/decisions",
      summary: "Propose a decision",
      auth: "account",
      status: 201,
      params: idParams,
      body: newDecisionSchema,
      response: decisionSchema,
      handle: ({ actor, params, body }) => service.propose(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/decisions",
      summary: "The decisions of a partnership, newest first",
      auth: "account",
      params: idParams,
      response: listOf(decisionSummarySchema),
      handle: async ({ actor, params }) => ({ items: await service.list(actor, params.id) }),
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/decisions",
      summary: "The decisions about an agreement, newest first",
      auth: "account",
      params: idParams,
      response: listOf(decisionSummarySchema),
      handle: async ({ actor, params }) => ({
        items: await service.listOfAgreement(actor, params.id),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/decisions/:id",
      summary: "One decision: rule, tests, counts, outcome",
      auth: "account",
      params: idParams,
      response: decisionSchema,
      handle: ({ actor, params }) => service.get(actor, params.id),
    }),
    ...conductRoutes(service),
    ...voteRoutes(service),
  ];
}

const conductActs = {
  open: "Open the vote; rule and roll freeze",
  close: "Count and close the vote",
  confirm: "Confirm an approval that waited to bind",
  withdraw: "Give the question up",
} as const;

function conductRoutes(service: DecisionService): readonly Route[] {
  const acts = Object.keys(conductActs) as (keyof typeof conductActs)[];
  return acts.map((act) =>
    defineRoute({
      method: "post",
      path: `/decisions/:id/${act}`,
      summary: conductActs[act],
      auth: "account",
      params: idParams,
      response: decisionSchema,
      handle: ({ actor, params }) => service[act](actor, params.id),
    }),
  );
}

function voteRoutes(service: DecisionService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/decisions/:id/ballots",
      summary: "Cast or change one's partner's ballot; answered once it is on disk and in the log",
      auth: "account",
      status: 201,
      params: idParams,
      body: newBallotSchema,
      response: castBallotSchema,
      handle: ({ actor, params, body }) => service.castBallot(actor, params.id, body),
    }),
    defineRoute({
      method: "post",
      path: "/decisions/:id/recusals",
      summary: "Take no part, for one's partner",
      auth: "account",
      status: 201,
      params: idParams,
      body: newRecusalSchema,
      response: decisionSchema,
      handle: ({ actor, params, body }) => service.recuse(actor, params.id, body),
    }),
    defineRoute({
      method: "post",
      path: "/decisions/:id/vetoes",
      summary: "Veto, for one's partner",
      auth: "account",
      status: 201,
      params: idParams,
      body: newVetoSchema,
      response: decisionSchema,
      handle: ({ actor, params, body }) => service.veto(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/decisions/:id/receipt",
      summary: "Proof of one's own latest ballot, with what opens its commitment",
      auth: "account",
      params: idParams,
      response: receiptSchema,
      handle: ({ actor, params }) => service.getReceipt(actor, params.id),
    }),
    defineRoute({
      method: "get",
      path: "/decisions/:id/receipt.tlog-proof",
      summary: "The same proof as a file",
      auth: "account",
      params: idParams,
      handle: async ({ actor, params }) => {
        const { index, proof } = await service.getReceipt(actor, params.id);
        const bytes = new TextEncoder().encode(proof);
        return new FileReply(bytes, "text/plain; charset=utf-8", {
          fileName: `ballot-${index}.tlog-proof`,
        });
      },
    }),
  ];
}
