import type { Report } from "../../domain/archive/report.ts";
import { serveTasks } from "../platform/serve-tasks.ts";
import { verifyPdf, type VerifyOptions } from "./verifier.ts";

serveTasks<{ readonly pdf: Uint8Array; readonly options: VerifyOptions }, Report>(
  ({ pdf, options }) => verifyPdf(pdf, options),
);
