import { configureGlobal, readConfigureGlobal } from "fast-check";
import { seedOfRun } from "./random.ts";

// Loaded by mocha before any test: every random test of a run draws from its one seed.
const seed = seedOfRun();
configureGlobal({ ...readConfigureGlobal(), seed });
if (process.env["SEED"] !== undefined) console.log(`Seed of the run: ${seed}`);
