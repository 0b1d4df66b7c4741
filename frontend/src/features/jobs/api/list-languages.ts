import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { keys } from "@/api/query-keys";

const DAY_MS = 86_400_000;
/** The API gives at most 31 days at once. */
const DAYS = 30;

/** The languages of the last 30 days' jobs, in alphabetical order. */
export async function listLanguages(signal?: AbortSignal): Promise<readonly string[]> {
  const since = new Date(Date.now() - DAYS * DAY_MS).toISOString();
  const { items } = await dataOf(
    api.GET("/api/bot/analytics/periods", { params: { query: { since } }, signal: signal ?? null }),
  );
  return [...new Set(items.flatMap(({ languages }) => Object.keys(languages)))].sort((one, other) =>
    one.localeCompare(other, "en-GB"),
  );
}

export const languagesQuery = queryOptions({
  queryKey: keys.languages,
  queryFn: ({ signal }) => listLanguages(signal),
  staleTime: 10 * 60_000,
  refetchInterval: false,
});

export function useLanguages() {
  return useQuery(languagesQuery);
}
