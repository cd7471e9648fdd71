export { ReportView } from "./ReportView.tsx";
export { VerifyPage } from "./VerifyPage.tsx";
