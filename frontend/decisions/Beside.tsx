import type { ReactNode } from "react";
import "./beside.css";

interface BesideProps {
  /** What is read: it scrolls by itself and stays in sight. */
  readonly reading: ReactNode;
  /** What the reading is, for screen readers. */
  readonly label: string;
  readonly children: ReactNode;
}

/** Something to read, and beside it what to do about it; on a phone the reading comes first, in a window of its own. */
export function Beside({ reading, label, children }: BesideProps) {
  return (
    <div className="beside">
      {/* What scrolls must be reached by the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className="beside__reading" aria-label={label} tabIndex={0}>
        {reading}
      </section>
      <div className="beside__acting">{children}</div>
    </div>
  );
}
