import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import { RegisterPage, SignInPage } from "../identity/index.tsx";
import { InvitationPage, PartnershipsPage } from "../partnerships/index.tsx";
import { GalleryPage } from "../templates/index.tsx";
import { Crash, NotFound } from "./dead-ends.tsx";
import { HomePage } from "./home/HomePage.tsx";
import { Layout } from "./Layout.tsx";
import { Members } from "./Members.tsx";
import { MyAccountPage } from "./MyAccountPage.tsx";

/** A page that loads when it is first opened. */
function later<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): LazyExoticComponent<ComponentType> {
  return lazy(async () => {
    const pages = await load();
    return { default: pages[name] };
  });
}

const PeoplePage = later(() => import("./pages/people.tsx"), "PeoplePage");
const AgreementPage = later(() => import("../collaboration/index.tsx"), "LiveAgreementPage");
const VersionPage = later(() => import("./pages/version.tsx"), "VersionPage");
const TemplatePage = later(() => import("./pages/template.tsx"), "TemplateOnPaper");
const CommitteePage = later(() => import("./pages/decisions.tsx"), "CommitteePage");
const NewDecisionPage = later(() => import("./pages/decisions.tsx"), "NewDecisionPage");
const DecisionPage = later(() => import("./pages/decisions.tsx"), "DecisionPage");
const RequestSignaturesPage = later(() => import("./pages/signing.tsx"), "RequestSignaturesPage");
const SigningPage = later(() => import("./pages/signing.tsx"), "SigningPage");
const ArchivePage = later(() => import("./pages/archive.tsx"), "ArchivePage");
const RecordPage = later(() => import("./pages/archive.tsx"), "RecordPage");
const VerifyPage = later(() => import("./pages/verify.tsx"), "VerifyPage");
const OutboxPage = later(() => import("../notifications/index.tsx"), "OutboxPage");

const forAnybody: RouteObject[] = [
  { path: "sign-in", element: <SignInPage /> },
  { path: "register", element: <RegisterPage /> },
  { path: "invitations/:token", element: <InvitationPage /> },
  { path: "verify", element: <VerifyPage /> },
];

const forAccounts: RouteObject[] = [
  { index: true, element: <PartnershipsPage /> },
  { path: "account", element: <MyAccountPage /> },
  { path: "archive", element: <ArchivePage /> },
  { path: "archive/:id", element: <RecordPage /> },
  { path: "outbox", element: <OutboxPage /> },
  { path: "partnerships/:id", element: <HomePage /> },
  { path: "partnerships/:id/people", element: <PeoplePage /> },
  { path: "partnerships/:id/templates", element: <GalleryPage /> },
  { path: "partnerships/:id/templates/:templateId", element: <TemplatePage /> },
  { path: "partnerships/:id/committees/new", element: <CommitteePage /> },
  { path: "partnerships/:id/decisions/new", element: <NewDecisionPage /> },
  { path: "decisions/:id", element: <DecisionPage /> },
  { path: "agreements/:id", element: <AgreementPage /> },
  { path: "agreements/:id/signature-requests/new", element: <RequestSignaturesPage /> },
  { path: "signature-requests/:id", element: <SigningPage /> },
  { path: "agreements/:id/versions/:n", element: <VersionPage /> },
];

/** Every address of the product. */
export function createRouter() {
  return createBrowserRouter([
    {
      element: <Layout />,
      errorElement: <Crash />,
      children: [
        { errorElement: <Crash />, children: forAnybody },
        { element: <Members />, children: [{ errorElement: <Crash />, children: forAccounts }] },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}
