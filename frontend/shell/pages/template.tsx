import { useTranslation } from "react-i18next";
import { Paper } from "../../agreements/index.tsx";
import { TemplatePage } from "../../templates/index.tsx";

/** A template's page, its text on the same paper as an agreement's. */
export function TemplateOnPaper() {
  const { t } = useTranslation("templates");
  return (
    <TemplatePage
      renderText={(text, language) => (
        <Paper text={text} language={language} label={t("preview.note")} />
      )}
    />
  );
}
