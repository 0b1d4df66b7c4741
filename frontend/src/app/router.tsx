import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import { jobFilters, openJob } from "./search";
import { NotFoundPage } from "./pages/NotFoundPage";
import { PageFailed } from "./pages/PageFailed";
import { Shell } from "./shell/Shell";

const root = createRootRoute({
  // A job can be looked at on every page: its drawer is part of the address, so "back" closes it.
  validateSearch: openJob,
  component: Shell,
  notFoundComponent: NotFoundPage,
});

const overview = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("./pages/OverviewPage"), "OverviewPage"),
});

const jobs = createRoute({
  getParentRoute: () => root,
  path: "/jobs",
  validateSearch: jobFilters,
  component: lazyRouteComponent(() => import("./pages/JobsPage"), "JobsPage"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/configuration/SettingsPage"), "SettingsPage"),
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: "/sessions",
  component: lazyRouteComponent(() => import("@/features/sessions/SessionsPage"), "SessionsPage"),
});

const log = createRoute({
  getParentRoute: () => root,
  path: "/log",
  component: lazyRouteComponent(() => import("@/features/logs/LogPage"), "LogPage"),
});

/** The pages by their addresses; `history` is the browser's where none is given. */
export function createDashboardRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([overview, jobs, settings, sessions, log]),
    ...(history === undefined ? {} : { history }),
    defaultPreload: "intent",
    defaultErrorComponent: PageFailed,
    scrollRestoration: true,
  });
}

export type DashboardRouter = ReturnType<typeof createDashboardRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: DashboardRouter;
  }
}
