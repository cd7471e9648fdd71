export { PeoplePage } from "../../partnerships/index.tsx";
