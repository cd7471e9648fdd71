import { expect } from "chai";
import { assert, property, shuffledSubarray } from "fast-check";
import {
  afterSignature,
  signatoryFaults,
  signingObstacle,
  slotsDue,
  stateAt,
  type SignatureRequest,
} from "../../../domain/signing/request.ts";

const NOON = Date.UTC(2026, 10, 22, 12);

function requestOf(change: Partial<SignatureRequest> = {}): SignatureRequest {
  return {
    state: { kind: "open" },
    order: "parallel",
    expiresAt: null,
    seats: ["ada", "ben", "cleo"].map((accountId, index) => ({
      slot: `party-${index + 1}`,
      accountId,
      signedAt: null,
    })),
    ...change,
  };
}

describe("signature requests", () => {
  it("[SIG-13] lets everyone sign at once when the order is parallel, one after the other when sequential", () => {
    expect(slotsDue(requestOf(), NOON)).to.deep.equal(["party-1", "party-2", "party-3"]);
    const first = requestOf({ order: "sequential" });
    expect(slotsDue(first, NOON)).to.deep.equal(["party-1"]);
    expect(signingObstacle(first, "ben", NOON)).to.equal("not-your-turn");
    const second = afterSignature(first, "party-1", NOON);
    expect(slotsDue(second, NOON)).to.deep.equal(["party-2"]);
    expect(signingObstacle(second, "ben", NOON)).to.equal(undefined);
  });

  it("[SIG-14] says why somebody cannot sign", () => {
    const request = afterSignature(requestOf(), "party-1", NOON);
    expect(signingObstacle(request, "noor", NOON)).to.equal("not-a-signatory");
    expect(signingObstacle(request, "ada", NOON)).to.equal("already-signed");
    const over = requestOf({ state: { kind: "cancelled", at: NOON, reason: "later" } });
    expect(signingObstacle(over, "ben", NOON)).to.equal("request-not-open");
    const early = requestOf({ state: { kind: "preparing", step: "rendering" } });
    expect(signingObstacle(early, "ben", NOON)).to.equal("request-not-open");
  });

  it("[SIG-15] expires an unfinished request at its instant, and never a completed one", () => {
    const request = requestOf({ expiresAt: NOON });
    expect(stateAt(request, NOON - 1).kind).to.equal("open");
    expect(stateAt(request, NOON)).to.deep.equal({ kind: "expired", at: NOON });
    expect(slotsDue(request, NOON)).to.deep.equal([]);
    const done = requestOf({ expiresAt: NOON, state: { kind: "completed", at: NOON - 5 } });
    expect(stateAt(done, NOON + 5).kind).to.equal("completed");
  });

  it("[SIG-16] is completed by the last signature and by no other, in whatever order they come", () => {
    const seed = 20_261_122;
    assert(
      property(shuffledSubarray(["party-1", "party-2", "party-3"]), (slots) => {
        const end = slots.reduce<SignatureRequest>(
          (request, slot, index) => afterSignature(request, slot, NOON + index),
          requestOf(),
        );
        expect(end.state.kind).to.equal(slots.length === 3 ? "completed" : "open");
        expect(slotsDue(end, NOON)).to.have.length(slots.length === 3 ? 0 : 3 - slots.length);
      }),
      { seed },
    );
  });

  it("[SIG-17] wants one person for each party, acting for it", () => {
    const ada = { accountId: "ada", partnerId: "A" };
    const ben = { accountId: "ben", partnerId: "B" };
    expect(signatoryFaults([ada, ben], ["A", "B"])).to.deep.equal([]);
    expect(signatoryFaults([ada, ben], undefined)).to.deep.equal([]);
    expect(signatoryFaults([ada], ["A", "B"])).to.deep.equal([
      { kind: "party-missing", partnerId: "B" },
    ]);
    const others = [
      ada,
      { accountId: "ada", partnerId: "B" },
      { accountId: "ann", partnerId: "A" },
      { accountId: "eli", partnerId: null },
      { accountId: "zoe", partnerId: "Z" },
    ];
    expect(signatoryFaults(others, ["A", "B"]).map(({ kind }) => kind)).to.deep.equal([
      "same-person",
      "same-partner",
      "without-partner",
      "not-a-party",
    ]);
  });
});
