import { Checkbox, NumberInput, Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { RuleInput } from "../../domain/decisions/rule.ts";
import { Section } from "../ui/Page.tsx";
import { presetKeys, presets, type Conditions, type Options, type PresetKey } from "./presets.ts";
import { TestList } from "./TestList.tsx";

/** A rule while it is written. */
export interface RuleDraft {
  readonly preset: PresetKey | "own";
  readonly conditions: Conditions;
  readonly options: Options;
  /** What a chosen agreement says beside: proxies, second call, clause. */
  readonly given: Partial<RuleInput>;
}

interface RuleFieldsProps {
  readonly draft: RuleDraft;
  readonly onChange: (draft: RuleDraft) => void;
}

/** Chooses a rule in plain words, or writes one test by test. */
export function RuleFields({ draft, onChange }: RuleFieldsProps) {
  const { t } = useTranslation("decisions");
  const choose = (value: string): void => {
    const preset = presetKeys.find((key) => key === value);
    onChange(
      preset === undefined
        ? { ...draft, preset: "own" }
        : { ...draft, preset, conditions: presets[preset], given: {} },
    );
  };
  return (
    <Section title={t("committee.rule")}>
      <Stack>
        <Radio.Group label={t("committee.whichRule")} value={draft.preset} onChange={choose}>
          <Stack gap="sm" mt="xs">
            {[...presetKeys, "own" as const].map((key) => (
              <Radio
                key={key}
                value={key}
                size="md"
                label={t(`preset.${key}.name`)}
                description={t(`preset.${key}.what`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        {draft.preset === "own" && <OwnRule draft={draft} onChange={onChange} />}
        <OptionFields
          options={draft.options}
          onChange={(options) => onChange({ ...draft, options })}
        />
      </Stack>
    </Section>
  );
}

function OwnRule({ draft, onChange }: RuleFieldsProps) {
  const { t } = useTranslation("decisions");
  const { conditions } = draft;
  const change = (part: Partial<Conditions>): void =>
    onChange({ ...draft, conditions: { ...conditions, ...part } });
  return (
    <div className="sheet sheet--padded">
      <TestList
        legend={t("test.quorum")}
        help={t("test.quorumHelp")}
        addWords={t("test.addQuorum")}
        tests={conditions.quorum}
        fresh={{ of: "present", base: "voting", unit: "partner", cmp: "gte", ratio: "1/2" }}
        onChange={(quorum) => change({ quorum })}
      />
      <TestList
        legend={t("test.approval")}
        help={t("test.approvalHelp")}
        addWords={t("test.addApproval")}
        tests={conditions.approval}
        fresh={{ of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" }}
        onChange={(approval) => change({ approval })}
      />
      <Checkbox
        size="md"
        label={t("test.unanimity")}
        checked={conditions.unanimity}
        onChange={(event) => change({ unanimity: event.currentTarget.checked })}
      />
    </div>
  );
}

interface OptionFieldsProps {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

function OptionFields({ options, onChange }: OptionFieldsProps) {
  const { t } = useTranslation("decisions");
  const flags = ["changeable", "hidden", "earlyClose", "veto"] as const;
  return (
    <fieldset className="options">
      <legend>{t("option.title")}</legend>
      {flags.map((flag) => (
        <Checkbox
          key={flag}
          label={t(`option.${flag}`)}
          size="md"
          {...(flag === "earlyClose" ? { description: t("option.earlyCloseHelp") } : {})}
          checked={options[flag] && !(flag === "earlyClose" && options.changeable)}
          disabled={flag === "earlyClose" && options.changeable}
          onChange={(event) => onChange({ ...options, [flag]: event.currentTarget.checked })}
        />
      ))}
      <NumberInput
        size="md"
        label={t("option.minOpenDays")}
        description={t("option.minOpenDaysHelp")}
        value={options.minOpenDays}
        min={0}
        max={366}
        allowDecimal={false}
        maw={320}
        onChange={(value) => onChange({ ...options, minOpenDays: Number(value) || 0 })}
      />
    </fieldset>
  );
}
