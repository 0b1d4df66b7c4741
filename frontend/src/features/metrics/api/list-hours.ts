import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { keys } from "@/api/query-keys";
import type { AnalyticsPeriod } from "@/api/types";
import { startOfLondonDay } from "@/lib/time";

/** The hours of one London day in which something happened, oldest first, one entry an hour and account. */
export async function listHours(day: string, signal?: AbortSignal): Promise<readonly AnalyticsPeriod[]> {
  const since = startOfLondonDay(day).toISOString();
  const { items } = await dataOf(
    api.GET("/api/bot/analytics/periods", { params: { query: { since } }, signal: signal ?? null }),
  );
  return items;
}

export const hoursQuery = (day: string) =>
  queryOptions({
    queryKey: keys.hours(day),
    queryFn: ({ signal }) => listHours(day, signal),
  });

export function useHours(day: string) {
  return useQuery(hoursQuery(day));
}
