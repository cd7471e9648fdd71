import type { Words } from "../kernel/text.ts";
import { missingFacts } from "../templates/facts-check.ts";
import { isUnfilled, rowsOf, type Facts } from "../templates/facts.ts";
import {
  findList,
  labelOf,
  type Model,
  type ModelCheck,
  type Parameter,
  type ScalarParameter,
} from "../templates/model.ts";
import { openScope } from "../templates/scope.ts";
import type { Finding } from "./findings.ts";
import { error, warning } from "./text-checks.ts";

/** Findings on the facts: what is missing, references between them, parties, and the model's own checks. */
export function checkFacts(facts: Facts, model: Model): readonly Finding[] {
  return [
    ...checkRequired(facts, model),
    ...checkReferences(facts, model),
    ...checkParties(facts, model),
    ...model.checks.flatMap((check) => runCheck(check, facts, model)),
  ];
}

function checkRequired(facts: Facts, model: Model): readonly Finding[] {
  const plain = missingFacts(facts, model).map(({ pointer }) => pointer.slice(1));
  const conditional = Object.entries(model.parameters)
    .filter(([name, parameter]) => isUnfilled(facts[name]) && isRequired(parameter, facts, model))
    .map(([name]) => name);
  return [...plain, ...conditional].map((at) => missing(at, model));
}

function isRequired(parameter: Parameter, facts: Facts, model: Model): boolean {
  if (parameter.required_if === undefined) return false;
  const result = openScope({ facts, model, language: "fr" }).evaluate(parameter.required_if);
  return result.ok && result.value === true;
}

function missing(at: string, model: Model): Finding {
  const label = labelAt(at, model);
  return error("VAR-02", at, {
    fr: `À remplir : ${label.fr}.`,
    en: `To be filled in: ${label.en}.`,
  });
}

/** Label of a fact, or of a list's cell: `Apports, ligne 2, Montant`. */
function labelAt(at: string, model: Model): Words {
  const [name = "", row, column] = at.split("/");
  const own = labelOf(name, model.parameters[name]);
  if (row === undefined || column === undefined) return own;
  const cell = labelOf(column, findList(model, name)?.of[column]);
  const line = Number(row) + 1;
  return {
    fr: `${own.fr}, ligne ${line}, ${cell.fr}`,
    en: `${own.en}, row ${line}, ${cell.en}`,
  };
}

function checkReferences(facts: Facts, model: Model): readonly Finding[] {
  const dangling = (value: unknown, parameter: ScalarParameter): boolean =>
    parameter.type === "ref" &&
    typeof value === "string" &&
    value !== "" &&
    !rowsOf(facts, parameter.to).some((row) => row["id"] === value);
  return Object.entries(model.parameters).flatMap(([name, parameter]) => {
    if (parameter.type !== "list") {
      return dangling(facts[name], parameter) ? [lost(name, model)] : [];
    }
    return rowsOf(facts, name).flatMap((row, index) =>
      Object.entries(parameter.of)
        .filter(([column, scalar]) => dangling(row[column], scalar))
        .map(([column]) => lost(`${name}/${index}/${column}`, model)),
    );
  });
}

function lost(at: string, model: Model): Finding {
  const label = labelAt(at, model);
  return error("REF-05", at, {
    fr: `${label.fr} désigne une ligne qui n’existe plus.`,
    en: `${label.en} points to a row that no longer exists.`,
  });
}

function checkParties(facts: Facts, model: Model): readonly Finding[] {
  if (findList(model, "parties") === undefined) return [];
  const parties = rowsOf(facts, "parties");
  const ids = parties.map((party) => party["id"]);
  return [
    ...(parties.length < 2 || new Set(ids).size < ids.length
      ? [
          error("PTY-01", "parties", {
            fr: "Il faut au moins deux parties, chacune avec son propre identifiant.",
            en: "At least two parties are needed, each with its own identifier.",
          }),
        ]
      : []),
    ...parties.flatMap((party, index) => checkParty(party, `parties/${index}`, model)),
  ];
}

function checkParty(party: Facts, at: string, model: Model): readonly Finding[] {
  const name = typeof party["name"] === "string" ? party["name"] : "?";
  const columns = findList(model, "parties")?.of ?? {};
  const lacks = (column: string): boolean =>
    columns[column] !== undefined && isUnfilled(party[column]);
  const registration = party["registration"];
  const isWrong = typeof registration === "string" && isWrongSiren(registration, party["country"]);
  return [
    ...(lacks("signatory") ? [noSignatory(name, at)] : []),
    ...(lacks("authority") ? [noAuthority(name, at, isPublic(party["sector"]))] : []),
    ...(isWrong
      ? [
          warning("PTY-02", `${at}/registration`, {
            fr: `Le numéro d’immatriculation de ${name} semble erroné (clé SIREN).`,
            en: `The registration number of ${name} looks wrong (SIREN check digit).`,
          }),
        ]
      : []),
  ];
}

function noSignatory(name: string, at: string): Finding {
  return error("SIG-01", `${at}/signatory`, {
    fr: `${name} n’a pas de signataire.`,
    en: `${name} has no signatory.`,
  });
}

function noAuthority(name: string, at: string, isPublicBody: boolean): Finding {
  return isPublicBody
    ? warning("SIG-04", `${at}/authority`, {
        fr: `La délibération qui autorise ${name} à signer n’est pas indiquée.`,
        en: `The resolution that authorises ${name} to sign is not stated.`,
      })
    : warning("SIG-02", `${at}/authority`, {
        fr: `L’habilitation du signataire de ${name} n’est pas indiquée.`,
        en: `The authority of the signatory of ${name} is not stated.`,
      });
}

const publicSectors: readonly unknown[] = ["local_authority", "state_body", "public_institution"];

function isPublic(sector: unknown): boolean {
  return publicSectors.includes(sector);
}

/** A French SIREN or SIRET (9 or 14 digits) whose Luhn digit is wrong. */
function isWrongSiren(registration: string, country: unknown): boolean {
  const digits = registration.replace(/[\s\u00A0\u202F]/gu, "");
  if (country !== "FR" || !/^(\d{9}|\d{14})$/.test(digits)) return false;
  const sum = Array.from(digits, Number)
    .reverse()
    .reduce((total, digit, index) => {
      const value = digit * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 !== 0;
}

/** A check speaks only when its test is false: while a fact is missing it has no value. */
function runCheck(check: ModelCheck, facts: Facts, model: Model): readonly Finding[] {
  const result = openScope({ facts, model, language: "fr" }).evaluate(check.assert);
  if (!result.ok || result.value !== false) return [];
  const message = {
    fr: fill(check.message.fr, "fr", { facts, model }),
    en: fill(check.message.en, "en", { facts, model }),
  };
  return [{ id: check.id, level: check.level, message, at: check.at }];
}

function fill(
  message: string,
  language: "fr" | "en",
  { facts, model }: { facts: Facts; model: Model },
): string {
  const scope = openScope({ facts, model, language });
  return message.replace(/\{\{(.+?)\}\}/g, (_all, expression: string) => scope.show(expression));
}
