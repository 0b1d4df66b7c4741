import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import { keys } from "../query-keys";
import type { DetailedHealth } from "../types";

/** How often the system is asked how it is; oftener while something is missing, so that its return is seen soon. */
const EVERY_MS = 10_000;
const EVERY_MS_WHILE_MISSING = 3_000;

/** A system that takes longer hangs: this question costs it nothing. */
const DEADLINE_MS = 5_000;

/** Whether everything that the control plane needs is there, part by part. */
export function getHealth(signal?: AbortSignal): Promise<DetailedHealth> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const until = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  return dataOf(api.GET("/health/detailed", { signal: until }));
}

export const healthQuery = queryOptions({
  queryKey: keys.health,
  queryFn: ({ signal }) => getHealth(signal),
  // asked again soon anyway; a second try would only put off that it is said
  retry: false,
  refetchInterval: ({ state }) =>
    state.status === "error" || state.data?.status === "degraded" ? EVERY_MS_WHILE_MISSING : EVERY_MS,
});

export function useHealth() {
  return useQuery(healthQuery);
}
