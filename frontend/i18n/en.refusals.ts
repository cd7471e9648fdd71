import type { ApiRefusalCode } from "../platform/refusal.ts";
import type { RefusalWords } from "./fr.refusals.ts";

/** Every refusal, in English. */
export const refusals: Record<ApiRefusalCode, RefusalWords> = {
  offline: {
    what: "The server does not answer.",
    safe: "What was saved still is.",
    next: "Check your connection, then try again.",
  },
  "not-authenticated": {
    what: "You are not signed in.",
    safe: "Nothing was changed.",
    next: "Sign in, then try again.",
  },
  "session-ended": {
    what: "Your session has ended.",
    safe: "What was saved still is.",
    next: "Sign in again.",
  },
  "wrong-credentials": {
    what: "The address or the password is not right.",
    safe: "Nothing was changed.",
    next: "Check both and try again.",
  },
  "step-up-failed": {
    what: "The password is not right: the act was not done.",
    safe: "Nothing is signed.",
    next: "Enter your password again.",
  },
  "not-allowed": {
    what: "Your role does not allow this.",
    safe: "Nothing was changed.",
    next: "Ask the coordinator of the partnership.",
  },
  "foreign-origin": {
    what: "The request came from another site and was refused.",
    safe: "Nothing was changed.",
    next: "Open Entente at its usual address and try again.",
  },
  "not-found": {
    what: "This does not exist, or you have no access to it.",
    safe: "Nothing was changed.",
    next: "Go back to your partnerships.",
  },
  gone: {
    what: "This was removed.",
    safe: "The proof of what was decided is kept.",
    next: "Go back to the partnership’s home.",
  },
  "invalid-input": {
    what: "Part of what you entered is not acceptable.",
    safe: "What you entered is still there.",
    next: "Correct the points shown and send again.",
  },
  "malformed-body": {
    what: "The request arrived damaged.",
    safe: "Nothing was changed.",
    next: "Reload the page and try again.",
  },
  "body-too-large": {
    what: "This is too large to send.",
    safe: "Nothing was changed.",
    next: "Choose a smaller file.",
  },
  "unsupported-media-type": {
    what: "This kind of file is not accepted.",
    safe: "Nothing was changed.",
    next: "Choose a PDF file.",
  },
  "too-many-requests": {
    what: "Too many attempts in a short time.",
    safe: "What you entered is still there.",
    next: "Wait a minute, then try again.",
  },
  conflict: {
    what: "This contradicts something that already exists.",
    safe: "Nothing was changed.",
    next: "Reload the page to see the present state.",
  },
  "stale-write": {
    what: "Somebody changed the same thing in the meantime.",
    safe: "Their work is kept; yours was not sent.",
    next: "Read the present state, then try again.",
  },
  "email-taken": {
    what: "An account with this address already exists.",
    safe: "Nothing was changed.",
    next: "Sign in with this address.",
  },
  "invitation-expired": {
    what: "This invitation is no longer valid.",
    safe: "Your account is not affected.",
    next: "Ask the coordinator to send it again.",
  },
  "invitation-for-another": {
    what: "This invitation is for another address than your account’s.",
    safe: "Nothing was changed.",
    next: "Sign in with the invited address, or ask for a new invitation.",
  },
  "unknown-template": {
    what: "This template does not exist.",
    safe: "Nothing was changed.",
    next: "Choose another one in the gallery.",
  },
  "unknown-parameter": {
    what: "The template does not know one of the facts sent.",
    safe: "Nothing was changed.",
    next: "Remove the facts shown and try again.",
  },
  "template-invalid": {
    what: "This template has a fault and cannot be used.",
    safe: "Nothing was changed.",
    next: "Choose another template; tell the operator.",
  },
  "agreement-frozen": {
    what: "The text is frozen: it no longer changes.",
    safe: "The frozen version is intact.",
    next: "To change it, first withdraw the decision in progress or resume drafting.",
  },
  "agreement-not-drafting": {
    what: "The agreement is no longer being drafted.",
    safe: "Its text is intact.",
    next: "See the path of the agreement for where it stands.",
  },
  "checks-failing": {
    what: "Checks report errors in the agreement.",
    safe: "Text and facts are saved.",
    next: "Correct the errors in the Checks panel, then try again.",
  },
  "version-unknown": {
    what: "This version does not exist.",
    safe: "Nothing was changed.",
    next: "Choose a version in the agreement’s history.",
  },
  "content-mismatch": {
    what: "The text you were looking at is not the one submitted.",
    safe: "Your vote or signature was not recorded.",
    next: "Reload the page, read the text again, then try again.",
  },
  "rule-invalid": {
    what: "This voting rule cannot be applied.",
    safe: "What you entered is still there.",
    next: "Correct the points shown.",
  },
  "decision-not-open": {
    what: "This decision is not open for voting.",
    safe: "Votes already recorded still are.",
    next: "See its opening and closing dates.",
  },
  "not-on-the-roll": {
    what: "Your organisation is not on the roll of this decision.",
    safe: "Nothing was changed.",
    next: "Ask the coordinator to check the committee’s list.",
  },
  "ballot-already-cast": {
    what: "Your organisation has already voted.",
    safe: "Its vote is recorded and unchanged.",
    next: "The rule does not allow changing it.",
  },
  "not-a-delegate": {
    what: "You are not a delegate of your organisation in this committee.",
    safe: "Nothing was changed.",
    next: "Ask the coordinator who votes for your organisation.",
  },
  "not-a-signatory": {
    what: "You are not a signatory of this agreement.",
    safe: "Nothing was changed.",
    next: "The coordinator names the signatories of each party.",
  },
  "already-signed": {
    what: "You have already signed.",
    safe: "Your signature is in the document.",
    next: "There is nothing else to do.",
  },
  "not-your-turn": {
    what: "It is not yet your turn to sign.",
    safe: "Nothing was changed.",
    next: "You will be told when the signatories before you have signed.",
  },
  "consent-missing": {
    what: "Your consent was not ticked.",
    safe: "Nothing is signed.",
    next: "Read the text, tick your consent, then sign.",
  },
  "request-not-open": {
    what: "This signature request is not open.",
    safe: "Signatures already given are kept.",
    next: "See the path of the agreement for where it stands.",
  },
  "not-approved": {
    what: "This version was not approved.",
    safe: "Nothing was changed.",
    next: "First put it to the committee’s decision.",
  },
  "update-malformed": {
    what: "An edit arrived damaged and was not kept.",
    safe: "The text on the server is intact.",
    next: "Reload the page before going on.",
  },
  "update-invalid": {
    what: "An edit does not have the form of an agreement and was not kept.",
    safe: "The text on the server is intact.",
    next: "Reload the page before going on.",
  },
  "document-too-large": {
    what: "The agreement exceeds the allowed size.",
    safe: "What came before is saved.",
    next: "Shorten the text or move a part to another agreement.",
  },
  "not-a-pdf": {
    what: "This file is not a PDF.",
    safe: "It was not kept.",
    next: "Choose the signed PDF.",
  },
  "blob-corrupt": {
    what: "The stored file no longer matches its hash.",
    safe: "It was not handed out: we never give an altered file.",
    next: "Tell the operator: a backup must replace it.",
  },
  "storage-full": {
    what: "The server has no room left.",
    safe: "What was saved still is; this is not.",
    next: "Tell the operator, keep a copy of your text.",
  },
  "backup-damaged": {
    what: "The backup is damaged.",
    safe: "Nothing was written.",
    next: "Tell the operator: take another backup.",
  },
  "restore-unfinished": {
    what: "The server is being restored from a backup.",
    safe: "The backup is untouched.",
    next: "Come back once the operator has finished.",
  },
  "too-busy": {
    what: "The server is very busy.",
    safe: "What you entered is still there.",
    next: "Try again in a moment.",
  },
  "log-malformed": {
    what: "This decision log cannot be read.",
    safe: "The original on the server is intact.",
    next: "Ask for a new copy of the log.",
  },
  "roll-too-large": {
    what: "This roll of voters is too long for the computation.",
    safe: "The vote itself is not affected.",
    next: "Group voters or do without this figure.",
  },
  unexpected: {
    what: "Something unexpected happened. The mistake is ours.",
    safe: "What was saved still is.",
    next: "Try again; if it comes back, tell the operator.",
  },
};
