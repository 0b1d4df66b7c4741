import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { keys } from "@/api/query-keys";
import type { DashboardMetrics } from "@/api/types";

/** Today in numbers; "today" is the day in Europe/London. */
export function getMetrics(signal?: AbortSignal): Promise<DashboardMetrics> {
  return dataOf(api.GET("/api/bot/dashboard/metrics", { signal: signal ?? null }));
}

export const metricsQuery = queryOptions({
  queryKey: keys.metrics,
  queryFn: ({ signal }) => getMetrics(signal),
});

export function useMetrics() {
  return useQuery(metricsQuery);
}
