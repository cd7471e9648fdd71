import { speak } from "../i18n/index.ts";
import { AccountPage } from "../identity/index.tsx";

/** The account page, able to change the language of all screens. */
export function MyAccountPage() {
  return <AccountPage onLanguage={speak} />;
}
