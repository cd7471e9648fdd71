import { expect } from "chai";
import {
  countInWords,
  dateAfter,
  moneyInWords,
  readDate,
  readDuration,
  readRatio,
  showDate,
  showDuration,
  showInteger,
  showList,
  showMoney,
  showNumber,
  showRatio,
  showShare,
} from "../../../domain/templates/format.ts";
import { typeset, typesetWords } from "../../../domain/templates/typography.ts";

describe("printed values", () => {
  it("[FMT-1] shows money from minor units, with the decimals and the sign of its currency", () => {
    expect(showMoney(12508050n, "EUR", "fr")).to.equal("125\u202F080,50\u202F€");
    expect(showMoney(12508050n, "EUR", "en")).to.equal("€125,080.50");
    expect(showMoney(5n, "EUR", "fr")).to.equal("0,05\u202F€");
    expect(showMoney(-100n, "EUR", "en")).to.equal("−€1.00");
    expect(showMoney(1000000n, "XOF", "fr")).to.equal("1\u202F000\u202F000\u202FF CFA");
    expect(showMoney(100000000n, "CHF", "en")).to.equal("CHF\u00A01,000,000.00");
    expect(() => showMoney(1n, "ZZZ", "fr")).to.throw(RangeError);
  });

  it("[FMT-2] writes money in words, with « de » after million and no empty cents", () => {
    expect(moneyInWords(12508050n, "EUR", "fr")).to.equal(
      "cent vingt-cinq mille quatre-vingts euros et cinquante centimes",
    );
    expect(moneyInWords(12508050n, "EUR", "en")).to.equal(
      "one hundred and twenty-five thousand and eighty euros and fifty cents",
    );
    expect(moneyInWords(100000000n, "EUR", "fr")).to.equal("un million d’euros");
    expect(moneyInWords(200000000n, "CHF", "fr")).to.equal("deux millions de francs suisses");
    expect(moneyInWords(100n, "GBP", "fr")).to.equal("une livre sterling");
    expect(moneyInWords(101n, "GBP", "en")).to.equal("one pound and one penny");
    expect(moneyInWords(0n, "EUR", "fr")).to.equal("zéro euro");
    expect(countInWords(71n, "fr")).to.equal("soixante et onze");
  });

  it("[FMT-3] shows shares, numbers and exact ratios without rounding them away", () => {
    expect(showShare(6667n, "fr")).to.equal("66,67\u202F%");
    expect(showShare(10000n, "en")).to.equal("100%");
    expect(showShare(5n, "fr")).to.equal("0,05\u202F%");
    expect(showNumber(1234.5, "fr")).to.equal("1\u202F234,5");
    expect(showNumber(100, "en")).to.equal("100");
    expect(showInteger(1234567n, "en")).to.equal("1,234,567");
    expect(showRatio("2/3", "fr")).to.equal("les deux tiers");
    expect(showRatio("5/5", "en")).to.equal("all");
    expect(showRatio("3/5", "fr")).to.equal("les 3/5");
    expect(readRatio("1/0")).to.equal(undefined);
    expect(readRatio("66%")).to.equal(undefined);
  });

  it("[FMT-4] shows dates and durations in words, and refuses days that no calendar has", () => {
    expect(showDate("2026-01-01", "fr")).to.equal("1er\u00A0janvier 2026");
    expect(showDate("2026-08-12", "en")).to.equal("12\u00A0August 2026");
    expect(readDate("2026-02-29")).to.equal(undefined);
    expect(readDate("2028-02-29")).to.deep.equal({ year: 2028, month: 2, day: 29 });
    expect(showDuration("P36M", "fr")).to.equal("36\u00A0mois");
    expect(showDuration("P1Y6M", "en")).to.equal("1\u00A0year and 6\u00A0months");
    expect(showDuration("P1D", "fr")).to.equal("1\u00A0jour");
    expect(readDuration("P")).to.equal(undefined);
    expect(readDuration("PT5H")).to.equal(undefined);
  });

  it("[FMT-5] adds a duration to a date, and lands on the month's last day when the day is lacking", () => {
    expect(dateAfter("2026-10-01", "P36M")).to.equal("2029-10-01");
    expect(dateAfter("2026-01-31", "P1M")).to.equal("2026-02-28");
    expect(dateAfter("2026-12-15", "P1M2W")).to.equal("2027-01-29");
    expect(() => dateAfter("soon", "P1M")).to.throw(RangeError);
  });

  it("[FMT-6] joins lists, and sets French and English typography without touching expressions", () => {
    expect(showList(["A", "B", "C"], "fr")).to.equal("A, B et C");
    expect(showList(["A", "B"], "en")).to.equal("A and B");
    expect(showList([], "en")).to.equal("");
    expect(typeset('l\'accord : « oui » ; "non" ?', "fr")).to.equal(
      "l’accord\u00A0: «\u202Foui\u202F»\u202F; «\u202Fnon\u202F»\u202F?",
    );
    expect(typeset('the "good" partner\'s', "en")).to.equal("the “good” partner’s");
    expect(
      typesetWords({ a: [{ fr: "l'un : {{ x == 'a' ? 1 : 2 }}", en: "it's" }] }),
    ).to.deep.equal({
      a: [{ fr: "l’un\u00A0: {{ x == 'a' ? 1 : 2 }}", en: "it’s" }],
    });
  });
});
