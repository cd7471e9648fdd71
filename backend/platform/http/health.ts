import express, { type Router } from "express";

/** Whether the parts that a request needs can serve. */
export type ReadinessCheck = () => Promise<boolean>;

/** `/live`: the process runs; `/ready`: it can serve. */
export function healthRouter(isReady: ReadinessCheck): Router {
  const router = express.Router();
  router.get("/live", (_req, res) => {
    res.json({ status: "live" });
  });
  router.get("/ready", async (_req, res) => {
    const ready = await isReady().catch(() => false);
    res.status(ready ? 200 : 503).json({ status: ready ? "ready" : "not-ready" });
  });
  return router;
}

/** Figures of the process in the Prometheus text format; no product data. */
export function metricsRouter(figures: () => Readonly<Record<string, number>>): Router {
  const router = express.Router();
  router.get("/", (_req, res) => {
    const memory = process.memoryUsage();
    const cpu = process.cpuUsage();
    const all = {
      process_resident_memory_bytes: memory.rss,
      nodejs_heap_used_bytes: memory.heapUsed,
      process_cpu_seconds_total: (cpu.user + cpu.system) / 1e6,
      process_uptime_seconds: process.uptime(),
      ...figures(),
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} ${value}`);
    res.type("text/plain; version=0.0.4").send(`${lines.join("\n")}\n`);
  });
  return router;
}
