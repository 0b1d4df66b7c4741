import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import { keys } from "../query-keys";
import type { SavedConfiguration } from "../types";

/** The owner's settings as they are saved. */
export function getConfiguration(signal?: AbortSignal): Promise<SavedConfiguration> {
  return dataOf(api.GET("/api/bot/configuration", { signal: signal ?? null }));
}

export const configurationQuery = queryOptions({
  queryKey: keys.configuration,
  queryFn: ({ signal }) => getConfiguration(signal),
});

export function useConfiguration() {
  return useQuery(configurationQuery);
}
