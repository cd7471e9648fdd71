export { compactDatabase, removeUnfinishedCopy } from "./compact.ts";
export { createDriver } from "./driver.ts";
export { Engine, type Change } from "./engine.ts";
export type { FullScan } from "./view.ts";
