import { expect } from "chai";
import { keyOf } from "../../../frontend/platform/resource.ts";
import { outdatedBy } from "../../../frontend/platform/socket.ts";

describe("what the screens read", () => {
  it("[SCR-1] makes news outdate the partnership and everything it names by id", () => {
    const news = {
      partnershipId: "ps",
      subject: { agreementId: "ag", signatureRequestId: "sr", version: 3, partnerId: null },
    };
    expect(outdatedBy(news)).to.deep.equal([
      "/partnerships/ps",
      "/agreements/ag",
      "/signature-requests/sr",
    ]);
  });

  it("[SCR-2] keys an answer by its path, so that a prefix names all below it", () => {
    expect(keyOf("/partnerships/ps/members")).to.deep.equal(["partnerships", "ps", "members"]);
    expect(keyOf("/archive?query=eau")).to.deep.equal(["archive", "?query=eau"]);
    expect(keyOf("/partnerships/ps").every((part, i) => keyOf("/partnerships/ps/x")[i] === part)).to
      .be.true;
  });
});
