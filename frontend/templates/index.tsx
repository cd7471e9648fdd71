export { GalleryPage } from "./GalleryPage.tsx";
export { TemplatePage } from "./TemplatePage.tsx";
