import { z } from "zod";
import type { Json } from "../../../domain/kernel/canonical.ts";

/** Parsed JSON as our Json type. */
export const jsonSchema = z.custom<Json>((value) => value !== undefined);
