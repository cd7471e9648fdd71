import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

interface HashProps {
  readonly value: string;
  /** Show all 64 digits instead of the first sixteen. */
  readonly whole?: boolean;
}

/** A SHA-256, short enough to compare by eye, copied whole. */
export function Hash({ value, whole = false }: HashProps) {
  const { t } = useTranslation();
  const shown = whole ? value : `${value.slice(0, 8)} ${value.slice(8, 16)} …`;
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 4, maxWidth: "100%" }}>
      <code className="hash" title={value}>
        {shown}
      </code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t("actions.copied") : t("hash.copy")}>
            <ActionIcon
              className="no-print"
              variant="subtle"
              size="md"
              onClick={copy}
              aria-label={copied ? t("actions.copied") : t("hash.copy")}
            >
              {copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
