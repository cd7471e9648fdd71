export { createNewsSockets, type NewsSockets } from "./sockets.ts";
export { outboxRoutes } from "./routes.ts";
