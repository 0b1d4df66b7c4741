import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { endOfLondonDay, startOfLondonDay } from "@/lib/time";
import { api, dataOf } from "../client";
import { keys, type JobFilters } from "../query-keys";
import type { JobRecord } from "../types";

/** One page of jobs; `next_cursor` is null on the last one. */
export interface JobPage {
  readonly items: readonly JobRecord[];
  readonly next_cursor: string | null;
}

interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | null;
  readonly signal?: AbortSignal;
}

const PAGE_SIZE = 50;
/** As many as the live feed shows. */
const RECENT = 60;

/** Jobs that fit the filters, newest first. */
export function listJobs(filters: JobFilters, { limit, cursor, signal }: PageAsked): Promise<JobPage> {
  return dataOf(
    api.GET("/api/bot/jobs", {
      params: {
        query: {
          ...(filters.status === undefined ? {} : { status: [filters.status] }),
          ...(filters.language === undefined ? {} : { language: filters.language }),
          ...(filters.kind === undefined ? {} : { kind: filters.kind }),
          ...(filters.search === undefined ? {} : { search: filters.search }),
          ...(filters.from === undefined ? {} : { since: startOfLondonDay(filters.from).toISOString() }),
          ...(filters.to === undefined ? {} : { until: endOfLondonDay(filters.to).toISOString() }),
          limit,
          ...(cursor == null ? {} : { cursor }),
        },
      },
      signal: signal ?? null,
    }),
  );
}

export const jobListQuery = (filters: JobFilters) =>
  infiniteQueryOptions({
    queryKey: keys.jobList(filters),
    queryFn: ({ pageParam, signal }) => listJobs(filters, { limit: PAGE_SIZE, cursor: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: JobPage) => page.next_cursor,
    // New and changed jobs come over the websocket; asking for every loaded page again and again would be waste.
    refetchInterval: (query) => (query.state.status === "error" ? 3_000 : false),
  });

export const recentJobsQuery = queryOptions({
  queryKey: keys.recentJobs,
  queryFn: ({ signal }) => listJobs({}, { limit: RECENT, signal }),
});

/** All loaded pages of the jobs that fit. */
export function useJobList(filters: JobFilters) {
  return useInfiniteQuery(jobListQuery(filters));
}

/** The newest jobs, for the feed. */
export function useRecentJobs() {
  return useQuery(recentJobsQuery);
}
