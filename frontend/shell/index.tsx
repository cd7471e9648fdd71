import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { createQueryClient } from "../platform/resource.ts";
import { cssVariables, theme } from "../ui/theme.ts";
import { createRouter } from "./routes.tsx";

const queryClient = createQueryClient();
const router = createRouter();

/** The whole browser side: theme, cache, routes. */
export function Shell() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-center" autoClose={5000} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
