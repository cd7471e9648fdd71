import { expect } from "chai";
import { initialsOf, partnerColor } from "../../../frontend/ui/PartnerBadge.tsx";
import { distance, formatTime } from "../../../frontend/ui/Time.tsx";

/** WCAG 2.2, 1.4.3: contrast of a colour with white. */
function contrastWithWhite(hex: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 1.05 / (0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5) + 0.05);
}

describe("pieces of screens", () => {
  it("[SCR-4] gives a partner two telling letters and a colour on which white can be read", () => {
    expect(initialsOf("Association Passerelle")).to.equal("AP");
    expect(initialsOf("Métropole d’Exemple")).to.equal("ME");
    expect(initialsOf("Société des Eaux")).to.equal("SE");
    expect(initialsOf("Boréal")).to.equal("BO");
    expect(initialsOf("")).to.equal("?");
    for (const index of [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1000]) {
      expect(contrastWithWhite(partnerColor(index)), partnerColor(index)).to.be.at.least(4.5);
    }
  });

  it("[SCR-5] writes moments and distances as the reader's language does", () => {
    const first = new Date("2026-12-01T12:00:00Z");
    expect(formatTime(first, "fr", "date")).to.equal("1er décembre 2026");
    expect(formatTime(new Date("2026-12-11T12:00:00Z"), "fr", "date")).to.equal("11 décembre 2026");
    expect(formatTime(first, "en", "date")).to.match(/December 1, 2026|1 December 2026/);
    const later = new Date(first.getTime() + 3 * 86_400_000);
    expect(distance(first, later, "fr")).to.equal("dans 3 jours");
    expect(distance(later, first, "en")).to.equal("3 days ago");
  });
});
