import { IconCircleCheck, IconCircleX, IconHelpCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

/** What a check found. */
export type VerdictValue = "pass" | "fail" | "cannot-tell";

const icons = { pass: IconCircleCheck, fail: IconCircleX, "cannot-tell": IconHelpCircle };

interface VerdictProps {
  readonly value: VerdictValue;
  readonly label?: string;
  readonly size?: number;
}

/** A verdict: shape, colour and word together, so that none is needed alone. */
export function Verdict({ value, label, size = 20 }: VerdictProps) {
  const { t } = useTranslation();
  const Icon = icons[value];
  return (
    <span className={`verdict verdict--${value}`}>
      <Icon size={size} aria-hidden />
      <span>{label ?? t(`verdict.${value}`)}</span>
    </span>
  );
}
