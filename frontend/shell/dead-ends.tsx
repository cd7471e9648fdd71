import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, Link, useRouteError } from "react-router";
import { Page } from "../ui/Page.tsx";

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")} lead={t("notFound.text")} width="narrow">
      <Button component={Link} to="/">
        {t("notFound.home")}
      </Button>
    </Page>
  );
}

/** A page that stopped because of a bug of ours. */
export function Crash() {
  const { t } = useTranslation();
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <Page title={t("crash.title")} lead={t("crash.text")} width="narrow">
      <Button onClick={() => window.location.reload()}>{t("crash.reload")}</Button>
    </Page>
  );
}
