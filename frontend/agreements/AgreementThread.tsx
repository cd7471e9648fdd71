import { useTranslation } from "react-i18next";
import type { Agreement } from "../../domain/agreements/wire.ts";
import { Thread } from "../ui/Thread.tsx";
import { useThreadLinks } from "./thread-links.ts";
import { threadSteps } from "./thread-steps.ts";

/** The thread of an agreement, each station that exists a link. */
export function AgreementThread({ agreement }: { readonly agreement: Agreement }) {
  const { t } = useTranslation(["agreements", "common"]);
  return <Thread steps={threadSteps(agreement, t, useThreadLinks(agreement))} />;
}
