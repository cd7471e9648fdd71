import type { Connection as MongooseConnection } from "mongoose";

/** A mongoose connection, whichever engine is behind it; features hand it to their stores. */
export type Connection = MongooseConnection;
