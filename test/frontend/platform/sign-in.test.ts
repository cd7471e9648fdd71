import { expect } from "chai";
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
});
