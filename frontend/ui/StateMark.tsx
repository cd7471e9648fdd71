import type { ReactNode } from "react";

/** How a state sounds: settled, in motion, turned down, or neither. */
export type Tone = "good" | "wait" | "bad" | "plain";

/** A state in one word, with a dot of its tone. */
export function StateMark({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
}) {
  return <span className={tone === "plain" ? "state" : `state state--${tone}`}>{children}</span>;
}
