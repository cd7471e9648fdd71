import { pino, type Logger } from "pino";

/** Structured log: constant messages, allow-listed facts (ids, sizes, durations, codes). */
export type Log = Logger;

/** Builds the process log; redaction is the second net, not the first. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["*.password", "*.email", "*.token", "*.ticket", "*.authorization", "*.cookie"],
      censor: "[redacted]",
    },
  });
}
