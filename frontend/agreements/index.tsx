export { AgreementPage } from "./AgreementPage.tsx";
export { AgreementThread } from "./AgreementThread.tsx";
export type {
  ClosedReason,
  DraftStatus,
  LiveDraft,
  Me,
  PersonHere,
  SharedFacts,
} from "./draft-port.ts";
export { Paper } from "./Paper.tsx";
export { useAgreement, useVersion, type Version } from "./resources.ts";
export { VersionPage } from "./VersionPage.tsx";
