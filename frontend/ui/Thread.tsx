import { IconCheck, IconCircle, IconPointFilled } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Time } from "./Time.tsx";

/** One station of the thread. */
export interface ThreadStep {
  readonly key: string;
  readonly label: string;
  readonly state: "done" | "current" | "waiting";
  readonly href?: string;
  /** When it was done, ISO 8601. */
  readonly at?: string;
  /** Its proof when done, the next action and whose turn when current, what it waits for when later. */
  readonly note?: string;
}

const icons = { done: IconCheck, current: IconPointFilled, waiting: IconCircle };

/** The thread across the top of an agreement: what is done, what is next, what waits. */
export function Thread({ steps }: { readonly steps: readonly ThreadStep[] }) {
  const { t } = useTranslation();
  const nav = useRef<HTMLElement>(null);
  const present = steps.findIndex((step) => step.state === "current");
  // On a phone the thread is wider than the screen: begin where things stand.
  useEffect(() => {
    const station = nav.current?.querySelectorAll("li").item(present);
    if (!nav.current || !station) return;
    nav.current.scrollLeft =
      station.offsetLeft - (nav.current.clientWidth - station.offsetWidth) / 2;
  }, [present]);
  return (
    <nav className="thread" aria-label={t("thread.label")} ref={nav}>
      <ol className="thread__steps">
        {steps.map((step) => (
          <Station key={step.key} step={step} />
        ))}
      </ol>
    </nav>
  );
}

function Station({ step }: { readonly step: ThreadStep }) {
  const { t } = useTranslation();
  const Icon = icons[step.state];
  const body = (
    <>
      <span className="thread__mark" aria-hidden>
        <Icon size={14} stroke={2.4} />
      </span>
      <span className="thread__words">
        <span className="thread__label">
          {step.label}
          <span className="visually-hidden"> ({t(`thread.${step.state}`)})</span>
        </span>
        <span className="thread__note">
          {step.at !== undefined && <Time at={step.at} as="date" />}
          {step.at !== undefined && step.note !== undefined && " · "}
          {step.note}
        </span>
      </span>
    </>
  );
  return (
    <li
      className={`thread__step thread__step--${step.state}`}
      {...(step.state === "current" ? { "aria-current": "step" as const } : {})}
    >
      {step.href === undefined ? (
        <span className="thread__body">{body}</span>
      ) : (
        <Link className="thread__body" to={step.href}>
          {body}
        </Link>
      )}
    </li>
  );
}
