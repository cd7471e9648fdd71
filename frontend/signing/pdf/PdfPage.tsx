import { useInViewport } from "@mantine/hooks";
import { TextLayer, type PDFDocumentProxy, type PDFPageProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

const SHARPEST = 2;

interface PdfPageProps {
  readonly pdf: PDFDocumentProxy;
  readonly number: number;
  /** CSS pixels. */
  readonly width: number;
  /** Height over width. */
  readonly ratio: number;
}

/** One page: its place is there at once, its picture and its text while it is in sight. */
export function PdfPage({ pdf, number, width, ratio }: PdfPageProps) {
  const { t } = useTranslation("signing");
  const { ref, inViewport } = useInViewport<HTMLElement>();
  return (
    <figure ref={ref} className="pdf__page" style={{ width, height: width * ratio }}>
      <figcaption className="visually-hidden">
        {t("document.page", { number, total: pdf.numPages })}
      </figcaption>
      {inViewport && <Painted pdf={pdf} number={number} width={width} />}
    </figure>
  );
}

function Painted({ pdf, number, width }: Omit<PdfPageProps, "ratio">) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const { t } = useTranslation("signing");
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    const [surface, layer] = [canvas.current, text.current];
    if (surface === null || layer === null) return undefined;
    const { signal, abort } = abortable();
    pdf
      .getPage(number)
      .then((page) => (signal.aborted ? undefined : paint(page, { surface, layer, width, signal })))
      .catch(() => {
        if (!signal.aborted) setFailed(true);
      });
    return abort;
  }, [pdf, number, width]);
  return (
    <>
      {hasFailed && <p className="pdf__failed">{t("document.pageUnreadable", { number })}</p>}
      <canvas ref={canvas} aria-hidden />
      <div ref={text} className="pdf__text" />
    </>
  );
}

interface Place {
  readonly surface: HTMLCanvasElement;
  readonly layer: HTMLDivElement;
  readonly width: number;
  readonly signal: AbortSignal;
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** Paints a page and lays its text over it, so that it can be selected and read aloud. */
async function paint(page: PDFPageProxy, place: Place): Promise<void> {
  const { surface, layer, width, signal } = place;
  const scale = width / page.getViewport({ scale: 1 }).width;
  const viewport = page.getViewport({ scale });
  const sharpness = Math.min(SHARPEST, window.devicePixelRatio);
  surface.width = Math.floor(viewport.width * sharpness);
  surface.height = Math.floor(viewport.height * sharpness);
  const canvasContext = surface.getContext("2d");
  if (canvasContext === null) return;
  const task = page.render({
    canvasContext,
    viewport,
    transform: [sharpness, 0, 0, sharpness, 0, 0],
  });
  layer.replaceChildren();
  layer.style.setProperty("--scale-factor", String(scale));
  const words = new TextLayer({
    textContentSource: page.streamTextContent(),
    container: layer,
    viewport,
  });
  signal.addEventListener("abort", () => {
    task.cancel();
    words.cancel();
  });
  await Promise.all([task.promise, words.render()]);
}
