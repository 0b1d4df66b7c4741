import { AppShell } from "@mantine/core";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ConnectionBanner } from "./ConnectionBanner";
import { Header } from "./Header";
import { JobInDrawer } from "./JobInDrawer";
import { BottomBar, SideBar } from "./Navigation";
import classes from "./Shell.module.css";

const MAIN = "content";

/** What stands around every page. */
export function Shell() {
  const main = useMainFocusedOnNavigation();
  return (
    <AppShell
      header={{ height: { base: 56, sm: 64 } }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: { base: 60, sm: 0 } }}
      padding={{ base: "sm", sm: "lg" }}
      withBorder={false}
    >
      <AppShell.Header className={classes.header}>
        <a href={`#${MAIN}`} className={classes.skip}>
          Skip to the content
        </a>
        <Header />
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar}>
        <SideBar />
      </AppShell.Navbar>
      <AppShell.Main id={MAIN} ref={main} tabIndex={-1} className={classes.main}>
        <ConnectionBanner />
        <div className={classes.page}>
          <Outlet />
        </div>
      </AppShell.Main>
      <AppShell.Footer className={classes.footer} hiddenFrom="sm">
        <BottomBar />
      </AppShell.Footer>
      <JobInDrawer />
    </AppShell>
  );
}

/** A new page begins at its top for the keyboard and the screen reader, as it does after a full page load. */
function useMainFocusedOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== undefined && shown.current !== path) main.current?.focus({ preventScroll: true });
    shown.current = path;
  }, [path]);
  return main;
}
