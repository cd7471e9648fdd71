import { partnerColors } from "../../domain/collaboration/protocol.ts";

/** The colour of a partner, by its index in the palette, whatever its size. */
export function partnerColor(index: number): string {
  return partnerColors[Math.abs(Math.trunc(index)) % partnerColors.length] ?? partnerColors[0];
}

const smallWords = new Set([
  "de",
  "du",
  "des",
  "la",
  "le",
  "les",
  "et",
  "d",
  "l",
  "of",
  "the",
  "and",
]);

/** Two letters that stand for a name: "Association Passerelle" → "AP". */
export function initialsOf(name: string): string {
  const words = name.split(/[\s’'-]+/).filter((word) => word !== "");
  const telling = words.filter((word) => !smallWords.has(word.toLowerCase()));
  const chosen = telling.length > 0 ? telling : words;
  const letters =
    chosen.length > 1
      ? chosen.slice(0, 2).map((word) => Array.from(word)[0] ?? "")
      : Array.from(chosen[0] ?? "?").slice(0, 2);
  return letters.join("").toUpperCase();
}

interface PartnerBadgeProps {
  readonly name: string;
  readonly color: number;
  /** `initials` when the name stands beside it or in its title. */
  readonly show?: "name" | "initials";
}

/** A partner: its colour, always with its name or initials. */
export function PartnerBadge({ name, color, show = "name" }: PartnerBadgeProps) {
  const disc = (
    <span className="partner__disc" style={{ background: partnerColor(color) }} aria-hidden>
      {initialsOf(name)}
    </span>
  );
  if (show === "initials") {
    return (
      <span className="partner" title={name}>
        {disc}
        <span className="visually-hidden">{name}</span>
      </span>
    );
  }
  return (
    <span className="partner">
      {disc}
      <span className="partner__name">{name}</span>
    </span>
  );
}
