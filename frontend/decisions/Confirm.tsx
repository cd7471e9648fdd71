import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";

interface ConfirmProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, to whom, and whether it can be undone. */
  readonly words: ReactNode;
  /** The button names the act. */
  readonly act: string;
  readonly onAct: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly isDangerous?: boolean;
  readonly children?: ReactNode;
}

/** Asks once more before a binding act, saying in words what it does. */
export function Confirm(props: ConfirmProps) {
  const { isOpen, onClose, title, words, act, onAct, isPending, error, isDangerous } = props;
  const { t } = useTranslation();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <Stack>
        <Text component="div">{words}</Text>
        {props.children}
        <ErrorNotice error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("actions.cancel")}
          </Button>
          <Button
            loading={isPending}
            onClick={onAct}
            {...(isDangerous === true ? { color: "red.9" } : {})}
          >
            {act}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
