import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { speak, type Language } from "../i18n/index.ts";

/** One button that offers the other language, in that language. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const other: Language = i18n.language === "fr" ? "en" : "fr";
  return (
    <Button
      className="language-switch"
      variant="subtle"
      size="sm"
      lang={other}
      onClick={() => void speak(other)}
    >
      {t("language.switchTo")}
    </Button>
  );
}
