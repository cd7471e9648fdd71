import type { Route } from "../platform/http/route.ts";
import { loadLibrary } from "./library.ts";
import type { Preview } from "./present.ts";
import { templateRoutes } from "./routes.ts";
import { createTemplateService, type TemplateService } from "./service.ts";

export type { TemplateService } from "./service.ts";

/** What templates need from the composition. */
export interface TemplatesDeps {
  /** Folder with one sub-folder per template. */
  readonly folder: string;
  /** How a text reads with facts: `resolve` of agreements, which come after templates. */
  readonly preview: Preview;
}

/** The template library and its doors. */
export interface Templates {
  readonly service: TemplateService;
  readonly routes: readonly Route[];
}

/**
 * Reads the library; a template with faults stops the start.
 *
 * @throws {Refusal} template-invalid
 */
export async function createTemplates({ folder, preview }: TemplatesDeps): Promise<Templates> {
  const service = createTemplateService(await loadLibrary(folder), preview);
  return { service, routes: templateRoutes(service) };
}
