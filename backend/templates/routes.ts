import { defineRoute, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import type { TemplateService } from "./service.ts";
import { templateDetailSchema, templateSummarySchema } from "./present.ts";

/** Doors of the template library: the same for every account. */
export function templateRoutes(service: TemplateService): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/templates",
      summary: "The templates an agreement can start from",
      auth: "account",
      response: listOf(templateSummarySchema),
      handle: async () => ({ items: service.list() }),
    }),
    defineRoute({
      method: "get",
      path: "/templates/:id",
      summary: "One template: parameters, languages, sample facts, preview",
      auth: "account",
      params: idParams,
      response: templateDetailSchema,
      handle: async ({ params }) => service.show(params.id),
    }),
  ];
}
