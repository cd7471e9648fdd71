export { ArchivePage } from "./ArchivePage.tsx";
export { RecordPage } from "./RecordPage.tsx";
export { VerifyPage } from "./VerifyPage.tsx";
