import { serveTasks } from "../../platform/serve-tasks.ts";
import { declareFields } from "./fields.ts";
import { layOut } from "./layout.ts";
import type { RenderInput, RenderedPdf } from "./types.ts";

serveTasks<RenderInput, RenderedPdf>(async (input) => declareFields(await layOut(input), input));
