export { createDriver } from "./driver.ts";
export { Engine, EngineFailed, type Change, type FullScan } from "./engine.ts";
