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
export { useAgreement, useVersion } from "./resources.ts";
export { VersionPage } from "./VersionPage.tsx";
