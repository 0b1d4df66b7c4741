import { infiniteQueryOptions, queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import { keys, type LogFilters } from "../query-keys";
import type { LogEntry } from "../types";

/** One page of the log; `next_cursor` is null on the last one. */
export interface LogPage {
  readonly items: readonly LogEntry[];
  readonly next_cursor: string | null;
}

interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | null;
  readonly signal?: AbortSignal;
}

const PAGE_SIZE = 50;
/** As many as the live feed shows. */
const RECENT = 40;

/** Lines of the log that fit the filters, newest first. */
export function listLogs(filters: LogFilters, { limit, cursor, signal }: PageAsked): Promise<LogPage> {
  return dataOf(
    api.GET("/api/bot/logs", {
      params: {
        query: {
          ...(filters.level === undefined ? {} : { level: filters.level }),
          limit,
          ...(cursor == null ? {} : { cursor }),
        },
      },
      signal: signal ?? null,
    }),
  );
}

export const logListQuery = (filters: LogFilters) =>
  infiniteQueryOptions({
    queryKey: keys.logList(filters),
    queryFn: ({ pageParam, signal }) => listLogs(filters, { limit: PAGE_SIZE, cursor: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: LogPage) => page.next_cursor,
  });

export const recentLogsQuery = queryOptions({
  queryKey: keys.recentLogs,
  queryFn: ({ signal }) => listLogs({}, { limit: RECENT, signal }),
});

/** All loaded pages of the log. */
export function useLogList(filters: LogFilters) {
  return useInfiniteQuery(logListQuery(filters));
}

/** The newest lines of the log, for the feed. */
export function useRecentLogs() {
  return useQuery(recentLogsQuery);
}
