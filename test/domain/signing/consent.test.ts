import { expect } from "chai";
import {
  certificationReason,
  consentStatement,
  signatureReason,
} from "../../../domain/signing/consent.ts";

const subject = {
  name: "Ada Çelik",
  partnerName: "Association Passerelle",
  title: "Accord",
  version: 3,
  contentSha256: "ab".repeat(32),
};

describe("consent", () => {
  for (const language of ["fr", "en"] as const) {
    it(`[SIG-18] names person, partner, authority, text and hash in the sentence one agrees to (${language})`, () => {
      const said = consentStatement({ ...subject, language, authority: "présidente" });
      for (const word of ["Ada Çelik", "Association Passerelle", "présidente", "Accord", "3"]) {
        expect(said).to.include(word);
      }
      expect(said).to.include(subject.contentSha256);
      expect(consentStatement({ ...subject, language })).not.to.match(/undefined|  |,,/);
    });

    it(`[SIG-18] puts the hash that was voted on into every signature's reason (${language})`, () => {
      expect(signatureReason({ ...subject, language })).to.include(subject.contentSha256);
      expect(certificationReason({ ...subject, language })).to.include(subject.contentSha256);
    });
  }
});
