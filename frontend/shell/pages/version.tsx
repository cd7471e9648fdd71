export { VersionPage } from "../../agreements/index.tsx";
