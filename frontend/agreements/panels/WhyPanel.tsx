import { useTranslation } from "react-i18next";
import { useLive } from "../../platform/live.ts";
import type { AgreementTemplate } from "../resources.ts";
import type { Session } from "../session.ts";

interface WhyPanelProps {
  readonly session: Session;
  readonly guidance: AgreementTemplate["guidance"];
  /** The clause asked about; the one at the cursor when none was. */
  readonly asked: string;
}

/** Why a clause is there: the template's notes for drafters, in the reader's language where it has them. */
export function WhyPanel({ session, guidance, asked }: WhyPanelProps) {
  const { t, i18n } = useTranslation("agreements");
  const here = useLive(session.here);
  const { numbers, titles, language } = useLive(session.live);
  const id = asked === "" ? here : asked;
  const notes = guidance[i18n.language]?.[id] ?? guidance[language]?.[id] ?? [];
  return (
    <>
      <p className="panel__lead">{t("why.lead")}</p>
      {id === "" && <p>{t("why.none")}</p>}
      {id !== "" && (
        <>
          <h3 className="why__title">
            {numbers.get(id)?.number} {titles.get(id)}
          </h3>
          {notes.length === 0 && <p>{t("why.noneHere")}</p>}
          {notes.map((note) => (
            <p key={note} className="why__note">
              {note}
            </p>
          ))}
        </>
      )}
    </>
  );
}
