export { AccountPage } from "./AccountPage.tsx";
export { Gate } from "./Gate.tsx";
export { RegisterPage } from "./RegisterPage.tsx";
export { useAccount, useOwnAccount, useSession } from "./session.ts";
export { SignInPage } from "./SignInPage.tsx";
