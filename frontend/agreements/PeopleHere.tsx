import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { LiveDraft, PersonHere } from "./draft-port.ts";
import { useLive } from "../platform/live.ts";

const MOST_SHOWN = 5;

/** Who has the text open: initials in the partner's colour, names on hover and for screen readers. */
export function PeopleHere({ draft }: { readonly draft: LiveDraft }) {
  const { t } = useTranslation("agreements");
  const people = useLive(draft.people);
  const rest = people.length - MOST_SHOWN;
  return (
    <ul className="people-here" aria-label={t("people.label")}>
      {people.slice(0, MOST_SHOWN).map((person) => (
        <Person key={person.key} person={person} />
      ))}
      {rest > 0 && <li className="people-here__rest">+{rest}</li>}
    </ul>
  );
}

function Person({ person }: { readonly person: PersonHere }) {
  const { t } = useTranslation("agreements");
  const name = person.isMe ? t("people.me", { name: person.name }) : person.name;
  const label = person.partner === "" ? name : `${name}, ${person.partner}`;
  return (
    <Tooltip label={label}>
      <li className="people-here__person" style={{ background: person.color }}>
        <span aria-hidden>{person.initials}</span>
        <span className="visually-hidden">{label}</span>
      </li>
    </Tooltip>
  );
}
