import type { z } from "zod";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Template } from "../../domain/templates/parse.ts";
import type { LibraryTemplate } from "./library.ts";
import {
  presentDetail,
  presentSummary,
  type Preview,
  type templateDetailSchema,
  type templateSummarySchema,
} from "./present.ts";

/** The template library, read once at start. */
export interface TemplateService {
  /** Every template, by title. */
  list(): z.output<typeof templateSummarySchema>[];
  /** @throws {Refusal} not-found */
  show(id: string): z.output<typeof templateDetailSchema>;
  /** @throws {Refusal} unknown-template */
  getTemplate(id: string): Template;
  /** The facts of the template's golden case. @throws {Refusal} unknown-template */
  getSampleFacts(id: string): LibraryTemplate["sampleFacts"];
}

/** Serves templates that are already loaded. */
export function createTemplateService(
  library: readonly LibraryTemplate[],
  preview: Preview,
): TemplateService {
  const byId = new Map(library.map((loaded) => [loaded.template.model.id, loaded]));
  const get = (id: string): LibraryTemplate => {
    const found = byId.get(id);
    if (found === undefined) throw new Refusal("unknown-template", `there is no template "${id}"`);
    return found;
  };
  return {
    list: () => library.map((loaded) => presentSummary(loaded, preview)),
    show: (id) => {
      const found = byId.get(id);
      if (found === undefined) throw new Refusal("not-found", `there is no template "${id}"`);
      return presentDetail(found, preview);
    },
    getTemplate: (id) => get(id).template,
    getSampleFacts: (id) => get(id).sampleFacts,
  };
}
