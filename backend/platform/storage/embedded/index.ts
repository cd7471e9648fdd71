export { compactDatabase, removeUnfinishedCopy } from "./store/compact.ts";
export { createDriver } from "./driver/driver.ts";
export { Engine, type Change } from "./store/engine.ts";
export type { FullScan } from "./store/view.ts";
