import type { identity as fr } from "./fr.identity.ts";
import type { Same } from "./same.ts";

/** Sign-in, accounts and invitations, in English. */
export const identity: Same<typeof fr> = {
  signIn: {
    title: "Sign in",
    lead: "Find your partnerships where you left them.",
    email: "E-mail address",
    password: "Password",
    reveal: "Show or hide what I type",
    submit: "Sign in",
    noAccount: "No account yet?",
    register: "Create an account",
  },
  register: {
    title: "Create an account",
    lead: "One account is enough for all your partnerships.",
    name: "First and last name",
    nameHelp: "As it will stand under your signature.",
    passwordHelp: "At least eight characters. Length protects more than symbols.",
    submit: "Create my account",
    hasAccount: "Already have an account?",
    signIn: "Sign in",
  },
  problems: {
    email: "Enter an e-mail address, like ada@example.org.",
    password: "Choose at least eight characters.",
    passwordEmpty: "Enter your password.",
    name: "Enter your name.",
  },
  invitation: {
    title: "Join “{{partnership}}”",
    text: "You are invited to act for {{partner}}.",
    roles: "There you will be:",
    until: "Invitation valid until",
    hint: "Invitation sent to {{email}}.",
    accept: "Accept the invitation",
    acceptAs: "Accept as {{name}}",
    needAccount: "To accept it, sign in or create an account with this address.",
    another: "Use another account",
  },
  account: {
    title: "My account",
    profile: "Who I am",
    name: "First and last name",
    email: "E-mail address",
    language: "Language of screens and e-mails",
    saved: "Saved.",
    sessions: "My sessions",
    sessionsText:
      "If you lost a device or left a session open elsewhere, close all sessions: you will have to sign in again everywhere, including here.",
    endAll: "Close all sessions",
    appearance: "Appearance",
  },
  outbox: {
    title: "Sent e-mails",
    lead: "Without a mail server, Entente keeps here what it would have sent. The operator can hand over the links.",
    empty: "No e-mail yet",
    emptyText: "The first one leaves with the first invitation.",
    to: "To",
    openLink: "Open the link",
    copyLink: "Copy the link",
  },
};
