import { QueryClient } from "@tanstack/react-query";
import { ControlPlaneAway } from "./problem";

/** What the websocket brings is fresh at once; this only mends what it might have missed. */
const REFRESH_MS = 30_000;
/** How often something that could not be had is asked for again. */
const RETRY_MS = 3_000;

/** The query cache with the manners that all queries share. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The control plane is on this machine: whether the browser thinks it is online says nothing about it.
        networkMode: "always",
        staleTime: 5_000,
        // A refusal stays a refusal; the control plane being away is tried again by the interval below.
        retry: (failures, error) => error instanceof ControlPlaneAway && failures < 1,
        retryDelay: 500,
        refetchInterval: (query) => (query.state.status === "error" ? RETRY_MS : REFRESH_MS),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}
