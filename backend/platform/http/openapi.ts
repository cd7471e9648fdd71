import { z } from "zod";
import { refusalCodes } from "../../../domain/kernel/refusal.ts";
import type { Route } from "./route.ts";

type JsonSchema = Record<string, unknown>;

const problem: JsonSchema = {
  type: "object",
  required: ["type", "title", "status", "code"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: refusalCodes },
    detail: { type: "string" },
    instance: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { pointer: { type: "string" }, detail: { type: "string" } },
      },
    },
  },
};

/** The OpenAPI 3.1 document of the routes, from the same schemas that validate. */
export function openApiDocument(routes: readonly Route[], server: string): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/[:*](\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Entente", version: "1", license: { name: "Apache-2.0" } },
    servers: [{ url: `${server}/api/v1` }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        cookie: { type: "apiKey", in: "cookie", name: "entente_access" },
      },
    },
  };
}

function operation(route: Route): JsonSchema {
  const status = String(route.status ?? 200);
  return {
    summary: route.summary,
    security: route.auth === "account" ? [{ bearer: [] }, { cookie: [] }] : [],
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(route.body ? { requestBody: json(route.body, "input") } : {}),
    responses: {
      [status]: {
        description: "Success",
        ...(route.response ? json(route.response, "output") : {}),
      },
      default: {
        description: "Refused",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  };
}

function json(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return { content: { "application/json": { schema: schemaOf(schema, io) } } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: "any" });
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): JsonSchema[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: shape,
  }));
}
