import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { usePartnership } from "../../partnerships/index.tsx";
import { ErrorNotice } from "../../ui/ErrorNotice.tsx";
import { Loading } from "../../ui/Loading.tsx";
import { Page } from "../../ui/Page.tsx";

/** x */
export function HomePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = usePartnership(id);
  return (
    <Page title={data?.name ?? ""}>
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {data === undefined && <Loading words={t("loading.page")} />}
    </Page>
  );
}
