export { createDriver } from "./driver.ts";
export { Engine, type Change, type FullScan } from "./engine.ts";
