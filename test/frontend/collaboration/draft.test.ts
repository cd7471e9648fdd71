import { expect } from "chai";
import * as Y from "yjs";
import { Awareness } from "y-protocols/awareness";
import { Acknowledgements } from "../../../frontend/collaboration/acknowledgements.ts";
import { initialsOf, watchPeople } from "../../../frontend/collaboration/presence.ts";
import { createSharedFacts, FACTS_ORIGIN } from "../../../frontend/collaboration/shared-facts.ts";

/** Two people's facts that hear each other at once, until `part` keeps them apart. */
function pair() {
  const [a, b] = [new Y.Doc(), new Y.Doc()];
  const isApart = { now: false };
  const relay = (from: Y.Doc, to: Y.Doc): void => {
    from.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "relay" && !isApart.now) Y.applyUpdate(to, update, "relay");
    });
  };
  relay(a, b);
  relay(b, a);
  const meet = (): void => {
    isApart.now = false;
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a), "relay");
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b), "relay");
  };
  return {
    a: createSharedFacts(a.getMap("facts")),
    b: createSharedFacts(b.getMap("facts")),
    docA: a,
    part: () => (isApart.now = true),
    meet,
  };
}

describe("facts that several people fill", () => {
  it("[LIV-1] keep what two people write into two cells of one row while apart", () => {
    const { a, b, part, meet } = pair();
    a.addRow("benefits", { party: "p1" });
    part();
    a.setCell({ list: "benefits", row: 0, key: "share" }, 6000);
    b.setCell({ list: "benefits", row: 0, key: "reason" }, "brings the building");
    meet();
    const expected = [{ party: "p1", share: 6000, reason: "brings the building" }];
    expect(a.get()["benefits"]).to.deep.equal(expected);
    expect(b.get()).to.deep.equal(a.get());
  });

  it("[LIV-1] keep the rows that two people add while apart", () => {
    const { a, b, part, meet } = pair();
    a.addRow("benefits", { party: "p1" });
    part();
    a.addRow("benefits", { party: "p2" });
    b.addRow("benefits", { party: "p3" });
    meet();
    expect(a.get()["benefits"]).to.have.length(3);
    expect(b.get()).to.deep.equal(a.get());
  });

  it("[LIV-1] move and remove rows, and ignore rows that are not there", () => {
    const { a, b } = pair();
    for (const party of ["p1", "p2", "p3"]) a.addRow("benefits", { party });
    a.moveRow("benefits", 2, 0);
    a.moveRow("benefits", 9, 0);
    a.removeRow("benefits", 9);
    a.removeRow("benefits", 1);
    expect(b.get()["benefits"]).to.deep.equal([{ party: "p3" }, { party: "p2" }]);
    expect(new Set(a.rowKeys("benefits")).size).to.equal(2);
  });

  it("[LIV-2] are undone for their author alone", () => {
    const { a, b, docA } = pair();
    const undo = new Y.UndoManager(docA.getMap("facts"), {
      trackedOrigins: new Set([FACTS_ORIGIN]),
    });
    a.set("funder", "Region");
    b.set("budget_total", 100);
    undo.undo();
    expect(b.get()).to.deep.equal({ budget_total: 100 });
  });

  it("[LIV-1] give the same object until something changes", () => {
    const { a } = pair();
    a.set("funder", "Region");
    const before = a.get();
    expect(a.get()).to.equal(before);
    a.set("funder", undefined);
    expect(a.get()).to.deep.equal({});
  });
});

describe("the count of unsaved edits", () => {
  it("[LIV-3] falls only by what the server confirmed", () => {
    const edits = new Acknowledgements();
    edits.note();
    edits.note();
    edits.note();
    edits.confirm(2);
    expect(edits.unsaved).to.equal(1);
    edits.confirm(1);
    expect(edits.unsaved).to.equal(1);
    edits.confirm(3);
    expect(edits.unsaved).to.equal(0);
  });

  it("[LIV-3] ignores a confirmation of what was never made", () => {
    const edits = new Acknowledgements();
    edits.note();
    edits.confirm(7);
    expect(edits.unsaved).to.equal(1);
  });
});

describe("who is here", () => {
  it("[LIV-4] lists me first and the others by name, and drops who leaves", () => {
    const awareness = new Awareness(new Y.Doc());
    awareness.setLocalState({ user: { name: "Zoé", color: "#0072b2" } });
    const other = new Awareness(new Y.Doc());
    other.setLocalState({ user: { name: "Ben Okafor", partner: "Boréal", color: "#b8500a" } });
    const people = watchPeople(awareness);
    const state = other.getLocalState();
    awareness.states.set(other.clientID, state ?? {});
    awareness.emit("change", [{ added: [other.clientID], updated: [], removed: [] }, "test"]);
    expect(people.get().map(({ name, isMe }) => [name, isMe])).to.deep.equal([
      ["Zoé", true],
      ["Ben Okafor", false],
    ]);
    awareness.states.delete(other.clientID);
    awareness.emit("change", [{ added: [], updated: [], removed: [other.clientID] }, "test"]);
    expect(people.get()).to.have.length(1);
    people.stop();
    awareness.destroy();
    other.destroy();
  });

  it("[LIV-4] shortens names to two letters", () => {
    expect(initialsOf("Ada Lemaire")).to.equal("AL");
    expect(initialsOf("Cher")).to.equal("C");
    expect(initialsOf("Jean-Pierre d’Ormesson")).to.equal("JO");
  });
});
