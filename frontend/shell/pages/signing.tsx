export { RequestSignaturesPage, SigningPage } from "../../signing/index.tsx";
