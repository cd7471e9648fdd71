import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly size?: "sm" | "md" | "lg" | "xl";
  readonly children: ReactNode;
}

/** A window over the page, with a title and a way out; its content exists only while it is open. */
export function Dialog({ isOpen, onClose, title, size = "lg", children }: DialogProps) {
  const { t } = useTranslation();
  return (
    <Modal.Root opened={isOpen} onClose={onClose} size={size} transitionProps={{ duration: 120 }}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content radius="md">
        <Modal.Body p={0}>
          <div className="dialog__head">
            <Modal.Title className="dialog__title">{title}</Modal.Title>
            <Modal.CloseButton size="lg" aria-label={t("actions.close")} />
          </div>
          <div className="dialog__body">{children}</div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
