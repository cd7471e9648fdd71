import { createRequire } from "node:module";
import { join } from "node:path";

/** The peers live in `bench/node_modules`, apart from the product's packages; the benchmark starts in the root. */
export function requirePeer(name: string): unknown {
  return createRequire(join(process.cwd(), "bench", "package.json"))(name);
}
