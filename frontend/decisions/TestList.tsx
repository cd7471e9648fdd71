import { ActionIcon, Button, NativeSelect, NumberInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Test } from "../../domain/decisions/rule.ts";

const measures = ["for", "for_abstain", "expressed", "present"] as const satisfies Test["of"][];
const bases = [
  "cast",
  "expressed",
  "present",
  "voting",
  "voting_minus_abstain",
  "members",
] as const satisfies Test["base"][];
const comparisons = ["gte", "gt"] as const satisfies Test["cmp"][];
const units = ["partner", "weight"] as const satisfies Test["unit"][];
const MAX_TESTS = 8;

interface TestListProps {
  readonly legend: string;
  readonly help: string;
  readonly addWords: string;
  readonly tests: readonly Test[];
  /** What a new row begins as. */
  readonly fresh: Test;
  readonly onChange: (tests: readonly Test[]) => void;
}

/** The conditions of a rule, one row each: what is counted, how much of what. */
export function TestList({ legend, help, addWords, tests, fresh, onChange }: TestListProps) {
  return (
    <fieldset className="rule-tests">
      <legend>{legend}</legend>
      <p className="quiet">{help}</p>
      {tests.map((test, index) => (
        <TestRow
          // Rows have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          key={index}
          test={test}
          onChange={(changed) => onChange(tests.with(index, changed))}
          onRemove={() => onChange(tests.toSpliced(index, 1))}
        />
      ))}
      {tests.length < MAX_TESTS && (
        <Button
          variant="default"
          size="sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => onChange([...tests, fresh])}
        >
          {addWords}
        </Button>
      )}
    </fieldset>
  );
}

interface TestRowProps {
  readonly test: Test;
  readonly onChange: (test: Test) => void;
  readonly onRemove: () => void;
}

function TestRow({ test, onChange, onRemove }: TestRowProps) {
  const { t } = useTranslation("decisions");
  return (
    <div className="rule-test">
      <NativeSelect
        label={t("test.of")}
        value={test.of}
        data={measures.map((value) => ({ value, label: t(`test.measure.${value}`) }))}
        onChange={(event) => {
          const of = measures.find((one) => one === event.currentTarget.value);
          if (of !== undefined) onChange({ ...test, of });
        }}
      />
      <NativeSelect
        label={t("test.cmp")}
        value={test.cmp}
        data={comparisons.map((value) => ({ value, label: t(`test.comparison.${value}`) }))}
        onChange={(event) => {
          const cmp = comparisons.find((one) => one === event.currentTarget.value);
          if (cmp !== undefined) onChange({ ...test, cmp });
        }}
      />
      <Ratio value={test.ratio} onChange={(ratio) => onChange({ ...test, ratio })} />
      <NativeSelect
        label={t("test.base")}
        value={test.base}
        data={bases.map((value) => ({ value, label: t(`test.whole.${value}`) }))}
        onChange={(event) => {
          const base = bases.find((one) => one === event.currentTarget.value);
          if (base !== undefined) onChange({ ...test, base });
        }}
      />
      <NativeSelect
        label={t("test.unit")}
        value={test.unit}
        data={units.map((value) => ({ value, label: t(`test.counting.${value}`) }))}
        onChange={(event) => {
          const unit = units.find((one) => one === event.currentTarget.value);
          if (unit !== undefined) onChange({ ...test, unit });
        }}
      />
      <ActionIcon variant="subtle" size="lg" onClick={onRemove} aria-label={t("test.remove")}>
        <IconTrash size={18} aria-hidden />
      </ActionIcon>
    </div>
  );
}

interface RatioProps {
  readonly value: string;
  readonly onChange: (ratio: string) => void;
}

/** An exact fraction as two whole numbers: two thirds has no percentage. */
function Ratio({ value, onChange }: RatioProps) {
  const { t } = useTranslation("decisions");
  const [n = "1", d = "2"] = value.split("/");
  return (
    <div className="rule-test__ratio">
      <NumberInput
        label={t("test.numerator")}
        value={Number(n)}
        min={0}
        allowDecimal={false}
        hideControls
        onChange={(next) => onChange(`${Number(next) || 0}/${d}`)}
      />
      <span aria-hidden className="rule-test__slash">
        /
      </span>
      <NumberInput
        label={t("test.denominator")}
        value={Number(d)}
        min={1}
        allowDecimal={false}
        hideControls
        onChange={(next) => onChange(`${n}/${Math.max(1, Number(next) || 1)}`)}
      />
    </div>
  );
}
