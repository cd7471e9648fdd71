/** A router or a single handler, as the composition mounts them. */
export type { RequestHandler, Router } from "express";
