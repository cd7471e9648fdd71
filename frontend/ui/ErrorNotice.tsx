import { Alert, Button, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { isApiRefusal } from "../platform/refusal.ts";

interface ErrorNoticeProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** An error in words: what happened, what is safe, what to do now. Shows nothing when there is none. */
export function ErrorNotice({ error, onRetry }: ErrorNoticeProps) {
  const { t } = useTranslation(["refusals", "common"]);
  if (error === null || error === undefined) return null;
  const code = isApiRefusal(error) ? error.code : "unexpected";
  const problems = isApiRefusal(error) ? error.problems : [];
  return (
    <Alert
      role="alert"
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={t(`refusals:${code}.what`)}
      styles={{ root: { background: "var(--bad-soft)" }, title: { color: "var(--bad)" } }}
    >
      <Text size="sm">
        {t(`refusals:${code}.safe`)} {t(`refusals:${code}.next`)}
      </Text>
      {problems.length > 0 && (
        <List size="sm" mt="xs" lang="en">
          {problems.map((problem) => (
            <List.Item key={problem.pointer + problem.detail}>{problem.detail}</List.Item>
          ))}
        </List>
      )}
      {onRetry !== undefined && (
        <Button size="sm" mt="sm" variant="default" onClick={onRetry}>
          {t("common:actions.retry")}
        </Button>
      )}
    </Alert>
  );
}
