import { AgreementPage } from "../agreements/index.tsx";
import { openDraft } from "./draft.ts";

export { openDraft } from "./draft.ts";

/** The page of one agreement, with the live draft that several people write at once. */
export function LiveAgreementPage() {
  return <AgreementPage openDraft={openDraft} />;
}
