export { VerifyPage } from "../../archive/index.tsx";
