import { expect } from "chai";
import { MAX_QUERY_WORDS, queryWords, searchWords } from "../../../domain/archive/search.ts";

describe("the archive's words", () => {
  it("[REC-9] compares words without accents, case or ligatures, each once", () => {
    expect(searchWords("Œuvre, œuvre ! L’Été à la MÉTROPOLE n°3 — straße ﬁn")).to.deep.equal([
      "oeuvre",
      "l",
      "ete",
      "a",
      "la",
      "metropole",
      "n",
      "3",
      "strasse",
      "fin",
    ]);
  });

  it("[REC-9] keeps nothing of a query but letters and digits, and not too much of it", () => {
    expect(queryWords(".*+?^${}()|[]\\")).to.deep.equal([]);
    expect(queryWords("a b c d e f g h i j k l")).to.have.length(MAX_QUERY_WORDS);
  });
});
