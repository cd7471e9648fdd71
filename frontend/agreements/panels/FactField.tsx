import {
  Autocomplete,
  Group,
  NumberInput,
  Select,
  Switch,
  Textarea,
  TextInput,
  type InputWrapperProps,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Json } from "../../../domain/kernel/canonical.ts";
import { rowsOf } from "../../../domain/templates/facts.ts";
import { readRatio, type TimeUnit } from "../../../domain/templates/format.ts";
import type { ScalarParameter } from "../../../domain/templates/model.ts";
import {
  numberEntry,
  readSimpleDuration,
  storedNumber,
  typedNumber,
  writeDuration,
  type NumberEntry,
} from "./scalar-values.ts";

/** One typed field of the facts form. */
export interface FactFieldProps {
  readonly id: string;
  readonly label: string;
  readonly help?: string | undefined;
  readonly parameter: ScalarParameter;
  readonly value: Json | undefined;
  /** Currency of amounts of money. */
  readonly currency: string;
  /** What a reference chooses among: the rows of the list it refers to. */
  readonly choices: Json | undefined;
  readonly isMissing: boolean;
  readonly isReadOnly: boolean;
  readonly onChange: (value: Json | undefined) => void;
}

type Wrapper = Pick<InputWrapperProps, "label" | "description" | "required" | "error"> & {
  readonly id: string;
  readonly readOnly: boolean;
  readonly size: "sm";
};

function useWrapper({ id, label, help, isMissing, isReadOnly }: FactFieldProps): Wrapper {
  const { t } = useTranslation("agreements");
  const shown = isMissing ? (
    <>
      {label} <span className="fact-missing">{t("facts.required")}</span>
    </>
  ) : (
    label
  );
  return {
    id,
    label: shown,
    readOnly: isReadOnly,
    size: "sm",
    ...(help === undefined ? {} : { description: help }),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A field for a value of its parameter's type; what is typed is stored in the type's own unit. */
export function FactField(props: FactFieldProps) {
  const wrapper = useWrapper(props);
  const { parameter, value, onChange } = props;
  const orNothing = (text: string): void => onChange(text === "" ? undefined : text);
  switch (parameter.type) {
    case "money":
    case "share":
    case "percent":
    case "int":
    case "number":
    case "score":
      return <NumberField {...props} wrapper={wrapper} />;
    case "bool":
      return (
        <Switch
          id={wrapper.id}
          size="md"
          label={wrapper.label}
          description={wrapper.description}
          checked={value === true}
          disabled={props.isReadOnly}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "longtext":
      return (
        <Textarea
          {...wrapper}
          autosize
          minRows={2}
          maxRows={8}
          value={textOf(value)}
          onChange={(event) => orNothing(event.currentTarget.value)}
        />
      );
    case "duration":
      return <DurationField {...props} wrapper={wrapper} />;
    case "ratio":
      return <RatioField {...props} wrapper={wrapper} />;
    case "enum":
    case "ref":
      return <ChoiceField {...props} wrapper={wrapper} />;
    case "date":
    case "text":
    default:
      return (
        <TextInput
          {...wrapper}
          type={parameter.type === "date" ? "date" : "text"}
          value={textOf(value)}
          onChange={(event) => orNothing(event.currentTarget.value)}
        />
      );
  }
}

type Wrapped = FactFieldProps & { readonly wrapper: Wrapper };

function NumberField({ wrapper, parameter, value, currency, onChange }: Wrapped) {
  const { i18n } = useTranslation();
  const fallback: NumberEntry = { scale: 1, decimals: 0, suffix: "" };
  const entry = numberEntry(parameter.type, currency) ?? fallback;
  const isFrench = i18n.language === "fr";
  return (
    <NumberInput
      {...wrapper}
      value={typedNumber(value, entry)}
      onChange={(typed) => onChange(storedNumber(typed, entry))}
      decimalScale={entry.decimals}
      decimalSeparator={isFrench ? "," : "."}
      allowedDecimalSeparators={[",", "."]}
      thousandSeparator={isFrench ? "\u202f" : ","}
      allowNegative={parameter.type === "number"}
      hideControls={parameter.type !== "score"}
      {...(parameter.type === "score" ? { min: 1, max: 5, clampBehavior: "strict" as const } : {})}
      rightSection={
        entry.suffix === "" ? undefined : <span className="fact-unit">{entry.suffix}</span>
      }
      rightSectionWidth={48}
      rightSectionPointerEvents={parameter.type === "score" ? "all" : "none"}
    />
  );
}

function DurationField({ wrapper, value, onChange, isReadOnly }: Wrapped) {
  const { t } = useTranslation("agreements");
  const read = readSimpleDuration(value);
  if (read === undefined && textOf(value) !== "") {
    return (
      <TextInput
        {...wrapper}
        value={textOf(value)}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
      />
    );
  }
  const unit = read?.unit ?? "M";
  const data: { value: TimeUnit; label: string }[] = [
    { value: "D", label: t("facts.days") },
    { value: "W", label: t("facts.weeks") },
    { value: "M", label: t("facts.months") },
    { value: "Y", label: t("facts.years") },
  ];
  return (
    <Group gap="xs" align="end" wrap="nowrap">
      <NumberInput
        {...wrapper}
        style={{ flex: 1 }}
        hideControls
        allowNegative={false}
        decimalScale={0}
        value={read?.count ?? ""}
        onChange={(typed) =>
          onChange(typeof typed === "number" ? writeDuration({ count: typed, unit }) : undefined)
        }
      />
      <Select
        size="sm"
        w={120}
        aria-label={t("facts.unit")}
        data={data}
        value={unit}
        allowDeselect={false}
        disabled={isReadOnly}
        onChange={(chosen) => {
          const next = data.find((one) => one.value === chosen)?.value;
          if (next !== undefined) onChange(writeDuration({ count: read?.count ?? 1, unit: next }));
        }}
      />
    </Group>
  );
}

const usualRatios = ["1/4", "1/3", "1/2", "2/3", "3/4", "1/1"];

function RatioField({ wrapper, value, onChange }: Wrapped) {
  const { t } = useTranslation("agreements");
  const text = textOf(value);
  const isWrong = text !== "" && readRatio(text) === undefined;
  return (
    <Autocomplete
      {...wrapper}
      data={usualRatios}
      value={text}
      filter={({ options }) => options}
      error={isWrong ? t("facts.ratioHelp") : null}
      onChange={(typed) => onChange(typed === "" ? undefined : typed)}
    />
  );
}

function ChoiceField({ wrapper, parameter, value, choices, onChange, isReadOnly }: Wrapped) {
  const { t, i18n } = useTranslation("agreements");
  const language = i18n.language === "en" ? "en" : "fr";
  const data =
    parameter.type === "enum"
      ? Object.entries(parameter.values).map(([code, words]) => ({
          value: code,
          label: words[language],
        }))
      : parameter.type === "ref"
        ? rowsOf({ choices: choices ?? null }, "choices").map((row) => ({
            value: textOf(row["id"]),
            label: textOf(row["name"]) || textOf(row["title"]) || textOf(row["id"]),
          }))
        : [];
  return (
    <Select
      {...wrapper}
      disabled={isReadOnly}
      data={data.filter((one) => one.value !== "")}
      value={textOf(value) || null}
      placeholder={t("facts.choose")}
      clearable={parameter.required !== true}
      searchable={data.length > 8}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}
