import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";
import { App } from "@/app/App";
import { createDashboardRouter } from "@/app/router";
import { FakeControlPlane } from "./fake-control-plane";

/** Call once in a test file. `plane()` is the control plane of the test that calls it. */
export function startControlPlane(): { readonly plane: () => FakeControlPlane } {
  const server = setupServer();
  let plane: FakeControlPlane | undefined;
  beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
  afterEach(() => {
    server.resetHandlers();
    plane = undefined;
  });
  afterAll(() => server.close());
  return {
    plane: () => {
      if (plane === undefined) {
        plane = new FakeControlPlane();
        server.use(...plane.handlers);
      }
      return plane;
    },
  };
}

/** The whole dashboard at an address, and a person in front of it. */
export function renderDashboard(address: string) {
  const history = createMemoryHistory({ initialEntries: [address] });
  const router = createDashboardRouter(history);
  const user = userEvent.setup();
  return { ...render(<App router={router} />), router, user };
}
