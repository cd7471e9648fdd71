import { ActionIcon } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { IconArrowAutofitWidth, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "../../ui/Loading.tsx";
import { openPdf } from "./open-pdf.ts";
import { PdfPage } from "./PdfPage.tsx";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;
const FIT = 2;
const MARGIN_PX = 24;
const WIDEST_PX = 900;

/** Reads a PDF in the page: all its pages, as wide as there is room, each painted when it comes near. */
export function PdfReader({ bytes }: { readonly bytes: Uint8Array }) {
  const { t } = useTranslation("signing");
  const { ref, width } = useElementSize();
  const [zoom, setZoom] = useState(FIT);
  const opened = useOpened(bytes);
  const fit = Math.min(WIDEST_PX, Math.max(0, width - MARGIN_PX));
  return (
    <div ref={ref} className="pdf">
      {opened === "failed" && <p className="reader__wait">{t("document.unreadable")}</p>}
      {opened === undefined && (
        <div className="reader__wait">
          <Loading words={t("document.loading")} />
        </div>
      )}
      {typeof opened === "object" && fit > 0 && (
        <>
          <ZoomButtons zoom={zoom} onZoom={setZoom} />
          {opened.ratios.map((ratio, index) => (
            <PdfPage
              // Pages have no identity but their place.
              // oxlint-disable-next-line react/no-array-index-key
              key={index}
              pdf={opened.pdf}
              number={index + 1}
              width={fit * (ZOOMS[zoom] ?? 1)}
              ratio={ratio}
            />
          ))}
        </>
      )}
    </div>
  );
}

interface Opened {
  readonly pdf: PDFDocumentProxy;
  /** Height over width of each page. */
  readonly ratios: readonly number[];
}

function useOpened(bytes: Uint8Array): Opened | "failed" | undefined {
  const [opened, setOpened] = useState<Opened | "failed" | undefined>(undefined);
  useEffect(() => {
    let isOver = false;
    const opening = openPdf(bytes);
    opening.pdf.then(measure).then(
      (found) => {
        if (!isOver) setOpened(found);
      },
      () => {
        if (!isOver) setOpened("failed");
      },
    );
    return () => {
      isOver = true;
      opening.close();
    };
  }, [bytes]);
  return opened;
}

async function measure(pdf: PDFDocumentProxy): Promise<Opened> {
  const ratios: number[] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const { width, height } = (await pdf.getPage(number)).getViewport({ scale: 1 });
    ratios.push(height / width);
  }
  return { pdf, ratios };
}

interface ZoomButtonsProps {
  readonly zoom: number;
  readonly onZoom: (zoom: number) => void;
}

function ZoomButtons({ zoom, onZoom }: ZoomButtonsProps) {
  const { t } = useTranslation("signing");
  return (
    <fieldset className="pdf__zoom no-print" aria-label={t("zoom.label")}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("zoom.out")}
        disabled={zoom === 0}
        onClick={() => onZoom(zoom - 1)}
      >
        <IconZoomOut size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("zoom.fit")}
        onClick={() => onZoom(FIT)}
      >
        <IconArrowAutofitWidth size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t("zoom.in")}
        disabled={zoom === ZOOMS.length - 1}
        onClick={() => onZoom(zoom + 1)}
      >
        <IconZoomIn size={18} aria-hidden />
      </ActionIcon>
    </fieldset>
  );
}
