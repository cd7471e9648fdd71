import { expect } from "chai";
import type { Member, Partner, Role } from "../../../domain/partnerships/wire.ts";
import { firstChoices, signersOf } from "../../../frontend/signing/choices.ts";

const partner = (id: string): Partner => ({
  id,
  name: id,
  sector: "company",
  country: "FR",
  registration: "",
  color: 0,
});

const member = (id: string, partnerId: string, ...roles: Role[]): Member => ({
  id,
  accountId: id,
  name: id,
  partnerId,
  roles,
});

const partners = [partner("one"), partner("two"), partner("three")];
const members = [
  member("cleo", "one", "committee"),
  member("ada", "one", "lead"),
  member("noor", "two", "archivist"),
];

describe("choosing signatories", () => {
  it("[ASK-1] proposes who may sign for a partner, its leads first", () => {
    expect(signersOf(members, "one").map(({ id }) => id)).to.deep.equal(["ada", "cleo"]);
    expect(signersOf(members, "two")).to.deep.equal([]);
  });

  it("[ASK-2] asks for one signatory for each party of the text, naming whom the text names", () => {
    const parties = [
      { id: "two", name: "Deux" },
      { id: "one", name: "Une", signatory: "Ada Morel, présidente" },
    ];
    const chosen = firstChoices({ facts: { parties }, partners, members });
    expect(
      chosen.map(({ partnerId, memberId, named }) => [partnerId, memberId, named]),
    ).to.deep.equal([
      ["two", "", ""],
      ["one", "ada", "Ada Morel, présidente"],
    ]);
  });

  it("[ASK-3] asks every partner when the text's parties are others", () => {
    const facts = { parties: [{ id: "elsewhere", name: "Ailleurs" }] };
    const ids = firstChoices({ facts, partners, members }).map(({ partnerId }) => partnerId);
    expect(ids).to.deep.equal(["one", "two", "three"]);
  });
});
