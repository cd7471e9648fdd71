import type { Language, Words } from "../kernel/text.ts";
import type { Outcome, PlainResult, RatioResult, Tally, TestResult } from "./tally.ts";
import type { Base, Measure, Rule, Test, Unit } from "./rule.ts";

/** Narrow no-break space: before « % ; : ! ? » in French. */
const THIN = "\u202f";
const NBSP = "\u00a0";

const measures: Record<Measure, Words> = {
  for: { fr: "les voix pour", en: "the votes for" },
  for_abstain: { fr: "les voix pour et les abstentions", en: "the votes for and the abstentions" },
  expressed: {
    fr: "les bulletins, abstentions comprises,",
    en: "the ballots, abstentions included,",
  },
  present: {
    fr: "les partenaires présents ou représentés",
    en: "the partners present or represented",
  },
};

const bases: Record<Base, Words> = {
  cast: { fr: "des voix pour et contre", en: "of the votes for and against" },
  expressed: {
    fr: "des bulletins, abstentions comprises",
    en: "of the ballots, abstentions included",
  },
  present: {
    fr: "des partenaires présents ou représentés",
    en: "of the partners present or represented",
  },
  voting: {
    fr: "des partenaires qui ont le droit de vote",
    en: "of the partners entitled to vote",
  },
  voting_minus_abstain: {
    fr: "des partenaires qui ont le droit de vote, sans ceux qui s’abstiennent",
    en: "of the partners entitled to vote, leaving out those who abstain",
  },
  members: { fr: "de tous les partenaires", en: "of all partners" },
};

const units: Record<Unit, Words> = {
  partner: { fr: "chaque partenaire comptant pour un", en: "each partner counting as one" },
  weight: {
    fr: "chaque partenaire comptant selon son poids",
    en: "each partner counting by weight",
  },
};

const fractions: Readonly<Record<string, Words>> = {
  "1/2": { fr: "la moitié", en: "half" },
  "1/3": { fr: "un tiers", en: "one third" },
  "2/3": { fr: "deux tiers", en: "two thirds" },
  "1/4": { fr: "un quart", en: "one quarter" },
  "3/4": { fr: "trois quarts", en: "three quarters" },
  "1/5": { fr: "un cinquième", en: "one fifth" },
  "2/5": { fr: "deux cinquièmes", en: "two fifths" },
  "3/5": { fr: "trois cinquièmes", en: "three fifths" },
  "4/5": { fr: "quatre cinquièmes", en: "four fifths" },
};

/** How an outcome is called. */
export const outcomeWords: Record<Outcome, Words> = {
  approved: { fr: "Approuvée", en: "Approved" },
  rejected: { fr: "Rejetée", en: "Rejected" },
  no_quorum: { fr: "Quorum non atteint", en: "No quorum" },
  vetoed: { fr: "Bloquée par un veto", en: "Vetoed" },
  withdrawn: { fr: "Retirée", en: "Withdrawn" },
  superseded: { fr: "Remplacée", en: "Superseded" },
  void: { fr: "Nulle", en: "Void" },
};

/** A threshold in words: "at least two thirds", "plus de la moitié", "at least 51 %", "all". */
export function thresholdInWords(
  { cmp, ratio }: Pick<Test, "cmp" | "ratio">,
  language: Language,
): string {
  const [num = "0", den = "1"] = ratio.split("/");
  if (cmp === "gte" && BigInt(num) === BigInt(den))
    return { fr: "la totalité", en: "all" }[language];
  const before = {
    gte: { fr: "au moins", en: "at least" },
    gt: { fr: "plus de", en: "more than" },
  }[cmp][language];
  return `${before} ${fractions[ratio]?.[language] ?? share(num, den, language)}`;
}

function share(num: string, den: string, language: Language): string {
  const percent = BigInt(num) * 100n;
  if (percent % BigInt(den) !== 0n) return `${BigInt(num)}/${BigInt(den)}`;
  return `${percent / BigInt(den)}${language === "fr" ? THIN : NBSP}%`;
}

/** The governance clause of a rule: what it means for the people it binds, one sentence each. */
export function ruleInWords(rule: Rule, language: Language): string[] {
  return [
    ...procedure(rule, language),
    ...rule.quorum.map((test) => quorumSentence(test, { rule, language })),
    ...rule.approval.map((test, i) => approvalSentence(test, { first: i === 0, rule, language })),
    ...conditions(rule, language),
    ...effects(rule, language),
    ...vetoSentences(rule, language),
    ...ballotSentences(rule, language),
  ];
}

function procedure(rule: Rule, language: Language): string[] {
  const sentences: Record<Rule["procedure"], Words> = {
    meeting: { fr: "Le comité décide en réunion.", en: "The committee decides in a meeting." },
    written: {
      fr: "Le comité décide par écrit, sans réunion.",
      en: "The committee decides in writing, without a meeting.",
    },
    silence: {
      fr: "Une proposition est adoptée si chaque partenaire en a été informé et qu’aucun ne s’y oppose dans le délai.",
      en: "A motion passes if every partner was notified and none objects before the deadline.",
    },
  };
  return [sentences[rule.procedure][language]];
}

interface InWords {
  readonly rule: Rule;
  readonly language: Language;
}

/** Without a meeting there is no attendance: who votes is there. */
const voters = {
  measure: { fr: "les partenaires qui votent", en: "the partners who vote" },
  base: { fr: "des partenaires qui votent", en: "of the partners who vote" },
} as const;

function comparison(test: Test, { rule, language }: InWords): string {
  const meets = rule.procedure === "meeting";
  const measure = test.of === "present" && !meets ? voters.measure : measures[test.of];
  const base = test.base === "present" && !meets ? voters.base : bases[test.base];
  const verb = { fr: "forment", en: "make up" }[language];
  return `${measure[language]} ${verb} ${thresholdInWords(test, language)} ${base[language]}, ${units[test.unit][language]}`;
}

function quorumSentence(test: Test, { rule, language }: InWords): string {
  return {
    fr: `Quorum${NBSP}: le comité ne décide que si ${comparison(test, { rule, language: "fr" })}.`,
    en: `Quorum: the committee decides only if ${comparison(test, { rule, language: "en" })}.`,
  }[language];
}

function approvalSentence(
  test: Test,
  { first, rule, language }: InWords & { readonly first: boolean },
): string {
  const french = comparison(test, { rule, language: "fr" });
  const english = comparison(test, { rule, language: "en" });
  return {
    fr: `Une proposition est adoptée ${first ? "si" : "si, en outre,"} ${french}.`,
    en: `A motion passes ${first ? "if" : "only if, besides,"} ${english}.`,
  }[language];
}

function conditions(rule: Rule, language: Language): string[] {
  const dissent = rule.minDissentToBlock;
  return [
    ...(rule.unanimity === true
      ? [
          {
            fr: "L’unanimité est requise\u00a0: un seul vote contre fait échec.",
            en: "Unanimity is required: a single vote against defeats it.",
          },
        ]
      : []),
    ...(dissent === undefined
      ? []
      : [
          {
            fr: `Moins de ${dissent} partenaires qui ne votent pas pour ne peuvent pas bloquer.`,
            en: `Fewer than ${dissent} partners not voting for cannot block.`,
          },
        ]),
    ...(rule.tie === "chair"
      ? [{ fr: "En cas d’égalité, la présidence tranche.", en: "The chair breaks a tie." }]
      : []),
  ].map((words) => words[language]);
}

/** What an abstention and a silence do, which people guess wrongly most. */
function effects(rule: Rule, language: Language): string[] {
  if (rule.approval.length === 0) return [];
  const ignoresAbstention = (t: Test): boolean =>
    t.base === "cast" || t.base === "voting_minus_abstain";
  const ignoresSilence = (t: Test): boolean => t.base === "cast" || t.base === "expressed";
  return [
    effect("abstention", rule.approval.filter(ignoresAbstention).length / rule.approval.length)[
      language
    ],
    effect("silence", rule.approval.filter(ignoresSilence).length / rule.approval.length)[language],
  ];
}

function effect(of: "abstention" | "silence", ignored: number): Words {
  const who = {
    abstention: { fr: "Une abstention", en: "An abstention" },
    silence: { fr: "Un partenaire qui ne vote pas", en: "A partner who does not vote" },
  }[of];
  if (ignored === 1)
    return {
      fr: `${who.fr} ne compte ni pour ni contre.`,
      en: `${who.en} counts neither for nor against.`,
    };
  if (ignored === 0)
    return {
      fr: `${who.fr} compte comme un vote contre.`,
      en: `${who.en} counts as a vote against.`,
    };
  return {
    fr: `${who.fr} compte comme un vote contre pour une partie des conditions.`,
    en: `${who.en} counts as a vote against in some of the conditions.`,
  };
}

function vetoSentences({ veto }: Rule, language: Language): string[] {
  if (veto === undefined) return [];
  const who =
    veto.by === "any"
      ? { fr: "Tout partenaire", en: "Any partner" }
      : { fr: "Un partenaire désigné", en: "A named partner" };
  const how = veto.groundRequired
    ? { fr: " en le motivant", en: " stating a ground" }
    : { fr: "", en: "" };
  const until =
    veto.afterDays === undefined
      ? { fr: "", en: "" }
      : {
          fr: ` jusqu’à ${veto.afterDays} jours après le vote`,
          en: ` until ${veto.afterDays} days after the vote`,
        };
  return [
    {
      fr: `${who.fr} peut opposer son veto${how.fr}${until.fr}, sauf sur son propre manquement ou départ.`,
      en: `${who.en} may veto${how.en}${until.en}, except about its own default or exit.`,
    }[language],
  ];
}

function ballotSentences({ ballot }: Rule, language: Language): string[] {
  const change: Words =
    ballot.changeable === "until_close"
      ? {
          fr: "Un vote peut être changé jusqu’à la clôture.",
          en: "A vote can be changed until the close.",
        }
      : { fr: "Un vote ne peut pas être changé.", en: "A vote cannot be changed." };
  const seen: Words =
    ballot.visibility === "open"
      ? {
          fr: "Les votes sont visibles dès qu’ils sont émis.",
          en: "Votes are visible as they are cast.",
        }
      : {
          fr: "Les votes restent cachés à tous jusqu’à la clôture.",
          en: "Votes stay hidden from everybody until the close.",
        };
  return [change[language], seen[language]];
}

/** The outcome and its arithmetic, one line each: "Approval: 4 of 6 votes; 4 needed (at least two thirds …). Reached." */
export function tallyInWords(tally: Tally, language: Language): string[] {
  const lines = tally.tests.flatMap((result) => resultInWords(result, language) ?? []);
  return [`${outcomeWords[tally.outcome][language]}.`, ...lines];
}

/** One condition with its numbers; undefined when it says nothing new (support that is there, no veto). */
export function resultInWords(result: TestResult, language: Language): string | undefined {
  return "test" in result
    ? ratioResult(result, language)
    : plainWords[result.kind](result)?.[language];
}

function ratioResult(
  { kind, test, measured, total, needed, holds }: RatioResult,
  language: Language,
): string {
  const label = {
    quorum: { fr: "Quorum", en: "Quorum" },
    approval: { fr: "Majorité", en: "Majority" },
  }[kind];
  const threshold = `${thresholdInWords(test, language)} ${bases[test.base][language]}`;
  const noun = nounOf(test)[language];
  return {
    fr: `${label.fr}${NBSP}: ${measured} sur ${total} ${noun}${THIN}; il en faut ${needed} (${threshold}). ${holds ? "Atteint." : "Non atteint."}`,
    en: `${label.en}: ${measured} of ${total} ${noun}; ${needed} needed (${threshold}). ${holds ? "Reached." : "Not reached."}`,
  }[language];
}

function nounOf({ unit, base }: Test): Words {
  if (unit === "weight") return { fr: "(en poids)", en: "(by weight)" };
  if (base === "cast" || base === "expressed") return { fr: "voix", en: "votes" };
  return { fr: "partenaires", en: "partners" };
}

type PlainWords = (result: PlainResult) => Words | undefined;

const plainWords: Record<PlainResult["kind"], PlainWords> = {
  unanimity: ({ measured }) => ({
    fr: `Unanimité${NBSP}: ${measured} contre.`,
    en: `Unanimity: ${measured} against.`,
  }),
  dissent: ({ measured, needed }) => ({
    fr: `${measured} partenaires ne sont pas pour${THIN}; il en faut ${needed} pour bloquer.`,
    en: `${measured} partners are not for; ${needed} are needed to block.`,
  }),
  support: ({ holds }) => (holds ? undefined : { fr: "Aucun vote pour.", en: "No vote for." }),
  silence: ({ measured, missing = "0" }) => ({
    fr: `${measured} opposition(s)${THIN}; ${missing} partenaire(s) non informé(s).`,
    en: `${measured} objection(s); ${missing} partner(s) not notified.`,
  }),
  chair: ({ holds }) =>
    holds
      ? { fr: "Égalité, tranchée pour par la présidence.", en: "A tie, broken for by the chair." }
      : {
          fr: "Égalité, tranchée contre par la présidence.",
          en: "A tie, broken against by the chair.",
        },
  veto: ({ measured, holds }) =>
    holds
      ? undefined
      : { fr: `Veto de ${measured} partenaire(s).`, en: `Veto by ${measured} partner(s).` },
};
