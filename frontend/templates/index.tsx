export { GalleryPage } from "./GalleryPage.tsx";
export { TemplatePage, type RenderText } from "./TemplatePage.tsx";
