import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import { keys } from "../query-keys";
import type { SessionStatus } from "../types";

/** How the current session stands. */
export function getSessionStatus(signal?: AbortSignal): Promise<SessionStatus> {
  return dataOf(api.GET("/api/bot/status", { signal: signal ?? null }));
}

export const sessionStatusQuery = queryOptions({
  queryKey: keys.sessionStatus,
  queryFn: ({ signal }) => getSessionStatus(signal),
});

export function useSessionStatus() {
  return useQuery(sessionStatusQuery);
}
