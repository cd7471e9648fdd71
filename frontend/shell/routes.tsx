import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import { RegisterPage, SignInPage } from "../identity/index.tsx";
import { InvitationPage, PartnershipsPage, PeoplePage } from "../partnerships/index.tsx";
import { Crash, NotFound } from "./dead-ends.tsx";
import { HomePage } from "./home/HomePage.tsx";
import { Layout } from "./Layout.tsx";
import { MyAccountPage } from "./MyAccountPage.tsx";
import { Members } from "./Members.tsx";

/** Pages of the heavy features load when they are first opened. */
function page<Name extends string>(
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
): LazyExoticComponent<ComponentType> {
  return lazy(async () => {
    const pages = await load();
    return { default: pages[name] };
  });
}

const open: RouteObject[] = [
  { path: "sign-in", element: <SignInPage /> },
  { path: "register", element: <RegisterPage /> },
  { path: "invitations/:token", element: <InvitationPage /> },
];

const forMembers: RouteObject[] = [
  { index: true, element: <PartnershipsPage /> },
  { path: "account", element: <MyAccountPage /> },
  { path: "partnerships/:id", element: <HomePage /> },
  { path: "partnerships/:id/people", element: <PeoplePage /> },
];

/** Every address of the product. */
export function createRouter() {
  return createBrowserRouter([
    {
      element: <Layout />,
      errorElement: <Crash />,
      children: [
        { errorElement: <Crash />, children: open },
        {
          element: <Members />,
          children: [{ errorElement: <Crash />, children: forMembers }],
        },
        { path: "*", element: <NotFound /> },
      ],
    },
  ]);
}

export { page };
