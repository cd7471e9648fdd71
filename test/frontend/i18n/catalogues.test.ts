import { expect } from "chai";
import { refusalCodes } from "../../../domain/kernel/refusal.ts";
import { catalogues } from "../../../frontend/i18n/index.ts";
import { frenchSpaces, withFrenchSpaces } from "../../../frontend/i18n/typography.ts";

function texts(tree: object, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const at = `${path}/${key}`;
    if (typeof value === "string") return [[at, value]];
    return typeof value === "object" && value !== null ? texts(value, at) : [];
  });
}

const blanks = (text: string): string[] =>
  Array.from(text.matchAll(/\{\{(\w+)\}\}/g), ([, name = ""]) => name).sort();

describe("catalogues", () => {
  const french = texts(catalogues.fr);
  const english = new Map(texts(catalogues.en));

  it("[LAN-1] say the same things in French and English, with the same blanks to fill", () => {
    expect(french.length).to.be.greaterThan(200);
    expect(french.map(([path]) => path)).to.have.members([...english.keys()]);
    for (const [path, text] of french) {
      expect(blanks(english.get(path) ?? ""), path).to.deep.equal(blanks(text));
      expect(text.trim(), path).to.not.equal("");
    }
  });

  it("[LAN-2] use French typography: curly apostrophes, spaces that do not break", () => {
    for (const [path, text] of french) expect(text, path).to.not.match(/\w'\w|"|\.\.\./);
    for (const [path, text] of texts(withFrenchSpaces(catalogues.fr))) {
      expect(text, path).to.not.match(/[^\u202f][;?!»](\s|$)| [:;?!»]|« /);
    }
    expect(frenchSpaces("« Oui » : 3 % ; non ?")).to.equal(
      "«\u202fOui\u202f»\u00a0: 3\u00a0%\u202f; non\u202f?",
    );
  });

  it("[LAN-3] put every refusal into words: what happened, what is safe, what to do", () => {
    for (const code of [...refusalCodes, "offline" as const]) {
      for (const language of ["fr", "en"] as const) {
        const { what, safe, next } = catalogues[language].refusals[code];
        for (const sentence of [what, safe, next]) expect(sentence, code).to.match(/[.:?!]$/);
      }
    }
  });
});
