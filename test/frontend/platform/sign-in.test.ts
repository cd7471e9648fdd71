import { expect } from "chai";
import { ownLinkOf } from "../../../frontend/notifications/OutboxPage.tsx";
import { safeNext } from "../../../frontend/identity/session.ts";

describe("after signing in", () => {
  it("[SCR-3] goes on to a page of this site only, never to another origin", () => {
    expect(safeNext("/agreements/1?panel=facts")).to.equal("/agreements/1?panel=facts");
    for (const bad of [
      null,
      "",
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "x",
    ]) {
      expect(safeNext(bad), String(bad)).to.equal("/");
    }
  });

  it("[SCR-6] offers a message's link only when it leads to this instance", () => {
    const text = "Voyez https://evil.example/x puis http://localhost:3000/invitations/abc?x=1 .";
    expect(ownLinkOf(text, "http://localhost:3000")).to.deep.equal({
      href: "http://localhost:3000/invitations/abc?x=1",
      path: "/invitations/abc?x=1",
    });
    expect(ownLinkOf(text, "https://other.example")).to.equal(undefined);
  });
});
