import { RouterProvider } from "@tanstack/react-router";
import { Providers } from "./Providers";
import type { DashboardRouter } from "./router";

/** The whole dashboard. */
export function App({ router }: { readonly router: DashboardRouter }) {
  return (
    <Providers>
      <RouterProvider router={router} />
    </Providers>
  );
}
