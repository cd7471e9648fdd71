export type { AccessLevel } from "./access.ts";
export { checkEditLogs } from "./check-edits.ts";
export { createCollaboration, type Collaboration } from "./collaboration.ts";
export { memberAccess } from "./member-access.ts";
export { collaborationRoutes } from "./routes.ts";
