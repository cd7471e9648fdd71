import express, { type Router } from "express";

/** One document, made at the first request and kept. */
export function jsonRouter(make: () => unknown): Router {
  const router = express.Router();
  let text: string | undefined;
  router.get("/", (_req, res) => {
    text ??= JSON.stringify(make());
    res.type("application/json").send(text);
  });
  return router;
}
