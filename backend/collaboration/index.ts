export type { AccessLevel, CollaborationAccess } from "./access.ts";
export {
  createCollaboration,
  type Collaboration,
  type CollaborationDeps,
  type IssuedTicket,
} from "./collaboration.ts";
export type { Drafts } from "./drafts.ts";
export { memberAccess } from "./member-access.ts";
export { collaborationRoutes } from "./routes.ts";
