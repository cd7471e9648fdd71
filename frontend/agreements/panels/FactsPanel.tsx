import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { missingFacts } from "../../../domain/templates/facts-check.ts";
import { isUnfilled } from "../../../domain/templates/facts.ts";
import { labelOf, type Model, type Parameter } from "../../../domain/templates/model.ts";
import { useLive } from "../../platform/live.ts";
import type { Session } from "../session.ts";
import { holds } from "../editor/shown.ts";
import { FactField } from "./FactField.tsx";
import { ListField } from "./ListField.tsx";

/** Which fact somebody asked for; `turn` grows so that asking twice for the same shows it twice. */
export interface AskedFact {
  readonly name: string;
  readonly row?: number;
  readonly column?: string;
  readonly turn: number;
}

interface FactsPanelProps {
  readonly session: Session;
  readonly asked: AskedFact | null;
  readonly isReadOnly: boolean;
}

interface Group {
  readonly key: string;
  readonly parameters: readonly (readonly [string, Parameter])[];
}

/** Parameters under their section's heading, in the model's order. */
function groupsOf(model: Model): readonly Group[] {
  const groups = new Map<string, [string, Parameter][]>();
  for (const key of Object.keys(model.sections)) groups.set(key, []);
  for (const entry of Object.entries(model.parameters)) {
    const key = entry[1].section ?? "";
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups]
    .map(([key, parameters]) => ({ key, parameters }))
    .filter(({ parameters }) => parameters.length > 0);
}

/** Scrolls to the fact that was asked for and puts the focus in it. */
function useAsked(asked: AskedFact | null) {
  const form = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked === null || form.current === null) return undefined;
    const { name, row, column } = asked;
    const ids = [
      ...(row === undefined || column === undefined
        ? []
        : [`fact-${name}-${String(row)}-${column}`]),
      `fact-${name}`,
    ];
    const frame = requestAnimationFrame(() => {
      const found = ids.map((id) => document.getElementById(id)).find((one) => one !== null);
      found?.scrollIntoView({ block: "center" });
      found?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [asked]);
  return form;
}

/** The facts form, made from the template's model: what is typed shows in the text at once. */
export function FactsPanel({ session, asked, isReadOnly }: FactsPanelProps) {
  const { t, i18n } = useTranslation("agreements");
  const now = useLive(session.live);
  const form = useAsked(asked);
  const groups = useMemo(() => groupsOf(now.model), [now.model]);
  const missing = missingFacts(now.facts, now.model).length;
  const language = i18n.language === "en" ? "en" : "fr";
  return (
    <div ref={form} className="facts-form">
      {!isReadOnly && <p className="panel__lead">{t("facts.lead")}</p>}
      <output className={missing === 0 ? "facts-form__done" : "facts-form__missing"}>
        {missing === 0 ? t("facts.complete") : t("facts.missing", { count: missing })}
      </output>
      {groups.map(({ key, parameters }) => (
        <fieldset key={key} className="facts-form__group">
          {groups.length > 1 && (
            <legend>{now.model.sections[key]?.[language] ?? t("facts.other")}</legend>
          )}
          {parameters.map(([name, parameter]) => (
            <OneFact
              key={name}
              name={name}
              parameter={parameter}
              session={session}
              isReadOnly={isReadOnly}
              asked={asked}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface OneFactProps extends FactsPanelProps {
  readonly name: string;
  readonly parameter: Parameter;
}

function OneFact({ name, parameter, session, asked, isReadOnly }: OneFactProps) {
  const { i18n } = useTranslation();
  const now = useLive(session.live);
  const language = i18n.language === "en" ? "en" : "fr";
  const { facts: shared } = session.draft;
  if (parameter.type === "list") {
    return (
      <ListField
        name={name}
        list={parameter}
        shared={shared}
        now={now}
        isReadOnly={isReadOnly}
        openRow={asked?.name === name ? asked.row : undefined}
      />
    );
  }
  const isNeeded =
    parameter.required === true ||
    (parameter.required_if !== undefined && holds(parameter.required_if, now));
  return (
    <FactField
      id={`fact-${name}`}
      label={labelOf(name, parameter)[language]}
      help={parameter.help?.[language]}
      parameter={parameter}
      value={now.facts[name]}
      facts={now.facts}
      isMissing={isNeeded && isUnfilled(now.facts[name])}
      isReadOnly={isReadOnly}
      onChange={(value) => shared.set(name, value)}
    />
  );
}
