import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { usePartnership } from "../partnerships/index.tsx";
import { useResource, type Listed } from "../platform/resource.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { worded, type TemplateSummary } from "./wire.ts";

/** The templates an agreement can start from. */
export function GalleryPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["templates", "common"]);
  const { data: partnership } = usePartnership(id);
  const { data, error, isPending, refetch } = useResource<Listed<TemplateSummary>>("/templates");
  return (
    <Page
      title={t("templates:gallery.title")}
      lead={t("templates:gallery.lead")}
      {...(partnership === undefined
        ? {}
        : { back: { to: `/partnerships/${id}`, label: partnership.name } })}
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {isPending && <Loading words={t("common:loading.list")} />}
      {data?.items.length === 0 && (
        <EmptyState title={t("templates:gallery.empty")}>
          {t("templates:gallery.emptyText")}
        </EmptyState>
      )}
      <ul className="gallery">
        {data?.items.map((template) => (
          <TemplateCard key={template.id} template={template} partnershipId={id} />
        ))}
      </ul>
    </Page>
  );
}

interface TemplateCardProps {
  readonly template: TemplateSummary;
  readonly partnershipId: string;
}

function TemplateCard({ template, partnershipId }: TemplateCardProps) {
  const { t, i18n } = useTranslation(["templates", "common"]);
  return (
    <li className="sheet template-card">
      <h2 className="template-card__title">
        <Link
          className="template-card__link"
          to={`/partnerships/${partnershipId}/templates/${template.id}`}
        >
          {worded(template.title, i18n.language)}
        </Link>
      </h2>
      <p className="template-card__summary">{worded(template.summary, i18n.language)}</p>
      <p className="template-card__foot">
        {t("templates:gallery.articles", { count: template.articleCount })} ·{" "}
        {t("templates:gallery.checks", { count: template.checkCount })} ·{" "}
        {template.languages.map((language) => t(`common:language.${language}`)).join(", ")}
      </p>
    </li>
  );
}
