import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { api, dataOf } from "@/api/client";
import { keys } from "@/api/query-keys";
import type { SessionStatus } from "@/api/types";

/** One page of sessions; `next_cursor` is null on the last one. */
export interface SessionPage {
  readonly items: readonly SessionStatus[];
  readonly next_cursor: string | null;
}

const PAGE_SIZE = 25;

/** All sessions, newest first. */
export function listSessions(cursor: string | null, signal?: AbortSignal): Promise<SessionPage> {
  return dataOf(
    api.GET("/api/bot/sessions", {
      params: { query: { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) } },
      signal: signal ?? null,
    }),
  );
}

export const sessionsQuery = infiniteQueryOptions({
  queryKey: keys.sessions,
  queryFn: ({ pageParam, signal }) => listSessions(pageParam, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (page: SessionPage) => page.next_cursor,
});

export function useSessions() {
  return useInfiniteQuery(sessionsQuery);
}
