import { memo, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { missingFacts } from "../../../domain/templates/facts-check.ts";
import { isUnfilled } from "../../../domain/templates/facts.ts";
import {
  labelOf,
  type ListParameter,
  type Model,
  type Parameter,
  type ScalarParameter,
} from "../../../domain/templates/model.ts";
import { currencyOf } from "../../../domain/templates/scope.ts";
import { useLiveValue } from "../../platform/live.ts";
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
  const model = useLiveValue(session.live, (now) => now.model);
  const missing = useLiveValue(session.live, (now) => missingFacts(now.facts, now.model).length);
  const form = useAsked(asked);
  const groups = useMemo(() => groupsOf(model), [model]);
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
            <legend>{model.sections[key]?.[language] ?? t("facts.other")}</legend>
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

/** One parameter; typing in another leaves it alone. */
const OneFact = memo(function OneFact(props: OneFactProps) {
  const { parameter } = props;
  return parameter.type === "list" ? (
    <ListFact {...props} list={parameter} />
  ) : (
    <ScalarFact {...props} parameter={parameter} />
  );
});

function ListFact({
  name,
  list,
  session,
  asked,
  isReadOnly,
}: OneFactProps & { list: ListParameter }) {
  // What the rows and their headings show: this list, and the lists that its references name.
  const rows = useLiveValue(session.live, ({ facts }) => facts[name]);
  const parties = useLiveValue(session.live, ({ facts }) => facts["parties"]);
  const currency = useLiveValue(session.live, ({ facts }) => currencyOf(facts));
  const shown = useMemo(
    () => ({ rows, parties, currency, now: session.live.get() }),
    [rows, parties, currency, session],
  );
  return (
    <ListField
      name={name}
      list={list}
      shared={session.draft.facts}
      now={shown.now}
      isReadOnly={isReadOnly}
      openRow={asked?.name === name ? asked.row : undefined}
    />
  );
}

function ScalarFact(props: OneFactProps & { readonly parameter: ScalarParameter }) {
  const { name, parameter, session, isReadOnly } = props;
  const { i18n } = useTranslation();
  const language = i18n.language === "en" ? "en" : "fr";
  const value = useLiveValue(session.live, ({ facts }) => facts[name]);
  const currency = useLiveValue(session.live, ({ facts }) => currencyOf(facts));
  const choices = useLiveValue(session.live, ({ facts }) =>
    parameter.type === "ref" ? facts[parameter.to] : undefined,
  );
  const isNeeded = useLiveValue(
    session.live,
    (now) =>
      parameter.required === true ||
      (parameter.required_if !== undefined && holds(parameter.required_if, now)),
  );
  return (
    <FactField
      id={`fact-${name}`}
      label={labelOf(name, parameter)[language]}
      help={parameter.help?.[language]}
      parameter={parameter}
      value={value}
      currency={currency}
      choices={choices}
      isMissing={isNeeded && isUnfilled(value)}
      isReadOnly={isReadOnly}
      onChange={(next) => session.draft.facts.set(name, next)}
    />
  );
}
