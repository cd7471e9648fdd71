export { createNewsSockets } from "./sockets.ts";
export { outboxRoutes } from "./routes.ts";
