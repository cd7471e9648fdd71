import { Alert, Button, SegmentedControl } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil } from "@tabler/icons-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { TextNode } from "../../domain/kernel/text.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { may, usePartnership } from "../partnerships/index.tsx";
import { useResource } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { StartAgreement } from "./StartAgreement.tsx";
import { worded, type TemplateDetail } from "./wire.ts";

/** Shows a resolved text; agreements provide it, being later in the order of features. */
export type RenderText = (text: TextNode, language: "fr" | "en") => ReactNode;

/** One template: its text with sample facts, and the way to start an agreement from it. */
export function TemplatePage({ renderText }: { readonly renderText: RenderText }) {
  const { id = "", templateId = "" } = useParams();
  const { t } = useTranslation();
  const partnership = usePartnership(id);
  const template = useResource<TemplateDetail>(`/templates/${templateId}`);
  if (partnership.data !== undefined && template.data !== undefined) {
    return (
      <TemplateSheet
        partnership={partnership.data}
        template={template.data}
        renderText={renderText}
      />
    );
  }
  const error = partnership.error ?? template.error;
  return (
    <div className="page">
      {error === null ? <Loading words={t("loading.page")} /> : <ErrorNotice error={error} />}
    </div>
  );
}

interface TemplateSheetProps {
  readonly partnership: Partnership;
  readonly template: TemplateDetail;
  readonly renderText: RenderText;
}

function TemplateSheet({ partnership, template, renderText }: TemplateSheetProps) {
  const { t, i18n } = useTranslation(["templates", "common"]);
  const [isStarting, starting] = useDisclosure(false);
  const spoken = template.languages.find((language) => language === i18n.language);
  const [chosen, setChosen] = useState<"fr" | "en" | undefined>(undefined);
  const language = chosen ?? spoken ?? template.languages[0] ?? "fr";
  const text = template.preview[language];
  return (
    <Page
      title={worded(template.title, i18n.language)}
      lead={worded(template.summary, i18n.language)}
      back={{ to: `/partnerships/${partnership.id}/templates`, label: t("common:nav.templates") }}
      actions={
        may(partnership, "agreement.create") && (
          <Button leftSection={<IconPencil size={18} aria-hidden />} onClick={starting.open}>
            {t("templates:start.open")}
          </Button>
        )
      }
    >
      {template.notice !== null && (
        <Alert variant="default" mb="lg">
          {worded(template.notice, i18n.language)}
        </Alert>
      )}
      <div className="preview-bar">
        <p className="quiet">{t("templates:preview.note")}</p>
        {template.languages.length > 1 && (
          <SegmentedControl
            aria-label={t("templates:preview.language")}
            value={language}
            onChange={(value) => setChosen(value === "en" ? "en" : "fr")}
            data={template.languages.map((one) => ({
              value: one,
              label: t(`common:language.${one}`),
            }))}
          />
        )}
      </div>
      {text !== undefined && <div lang={language}>{renderText(text, language)}</div>}
      <Imprint template={template} />
      <StartAgreement
        partnership={partnership}
        template={template}
        isOpen={isStarting}
        onClose={starting.close}
      />
    </Page>
  );
}

function Imprint({ template }: { readonly template: TemplateDetail }) {
  const { t } = useTranslation("templates");
  return (
    <footer className="quiet imprint">
      <p>
        {t("preview.version", { version: template.version })}
        {template.lawAsOf !== null && ` · ${t("preview.lawAsOf", { date: template.lawAsOf })}`}
        {template.licence !== null && ` · ${t("preview.licence", { licence: template.licence })}`}
      </p>
      {template.credits.map((credit) => (
        <p key={credit}>{credit}</p>
      ))}
    </footer>
  );
}
