import { Anchor, Button, CopyButton, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useResource, type Listed } from "../platform/resource.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";

interface Message {
  readonly id: string;
  readonly at: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** The operator's view of the messages that lie in the outbox folder. */
export function OutboxPage() {
  const { t } = useTranslation(["identity", "common"]);
  const { data, error, isPending, refetch } = useResource<Listed<Message>>("/operator/outbox");
  return (
    <Page title={t("identity:outbox.title")} lead={t("identity:outbox.lead")} width="narrow">
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {isPending && <Loading words={t("common:loading.list")} />}
      {data?.items.length === 0 && (
        <EmptyState title={t("identity:outbox.empty")}>{t("identity:outbox.emptyText")}</EmptyState>
      )}
      <ul className="messages">
        {data?.items.map((message) => (
          <MessageSheet key={message.id} message={message} />
        ))}
      </ul>
    </Page>
  );
}

/** The first link of a message that leads to this instance, as a path. */
export function ownLinkOf(
  text: string,
  origin: string,
): { href: string; path: string } | undefined {
  for (const [href] of text.matchAll(/https?:\/\/\S+/g)) {
    const url = URL.canParse(href) ? new URL(href) : undefined;
    if (url?.origin === origin) return { href, path: url.pathname + url.search };
  }
  return undefined;
}

function MessageSheet({ message }: { readonly message: Message }) {
  const { t } = useTranslation(["identity", "common"]);
  const link = ownLinkOf(message.text, window.location.origin);
  return (
    <li className="sheet sheet--padded">
      <h2 className="message__subject">{message.subject}</h2>
      <p className="quiet">
        {t("identity:outbox.to")} {message.to} · <Time at={message.at} />
      </p>
      <pre className="message__text">{message.text}</pre>
      {link !== undefined && (
        <Group gap="md">
          <Anchor component={Link} to={link.path}>
            {t("identity:outbox.openLink")}
          </Anchor>
          <CopyButton value={link.href}>
            {({ copied, copy }) => (
              <Button size="sm" variant="default" onClick={copy}>
                {copied ? t("common:actions.copied") : t("identity:outbox.copyLink")}
              </Button>
            )}
          </CopyButton>
        </Group>
      )}
    </li>
  );
}
