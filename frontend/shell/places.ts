import { useTranslation } from "react-i18next";
import type { Partnership } from "../../domain/partnerships/wire.ts";

/** Somewhere to go. */
export interface Place {
  readonly to: string;
  readonly label: string;
  /** Marked as present only on exactly this address. */
  readonly isExact: boolean;
}

/** The places of the header: those of the partnership one is in, then those of everybody. */
export function usePlaces(where: {
  readonly isSignedIn: boolean;
  readonly here: Partnership | undefined;
}): readonly Place[] {
  const { t } = useTranslation();
  const places: Place[] = [];
  if (where.here !== undefined) {
    const base = `/partnerships/${where.here.id}`;
    places.push(
      { to: base, label: t("nav.home"), isExact: true },
      { to: `${base}/people`, label: t("nav.people"), isExact: false },
      { to: `${base}/templates`, label: t("nav.templates"), isExact: false },
    );
  }
  if (where.isSignedIn) places.push({ to: "/archive", label: t("nav.archive"), isExact: false });
  places.push({ to: "/verify", label: t("nav.verify"), isExact: false });
  return places;
}
