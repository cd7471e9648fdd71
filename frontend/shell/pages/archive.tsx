export { ArchivePage, RecordPage } from "../../archive/index.tsx";
