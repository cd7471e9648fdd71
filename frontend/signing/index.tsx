export { RequestSignaturesPage } from "./RequestSignaturesPage.tsx";
export { SigningPage } from "./SigningPage.tsx";
