import { serve } from "../../../backend/main.ts";

/** Serves on a free port and says where, until it is killed. */
const { url } = await serve();
process.stdout.write(`${url}\n`);
