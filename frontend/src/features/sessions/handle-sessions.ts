import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { LiveHandler } from "@/api/live/handler";
import { keys } from "@/api/query-keys";
import { refreshSoon } from "@/api/refresh-soon";
import type { SessionStatus } from "@/api/types";
import type { SessionPage } from "./api/list-sessions";

/** Keeps the list of sessions: a known one is changed in place, for a new one the list is asked for again. */
export const handleSessions: LiveHandler = (message, queryClient) => {
  if (message.type === "status_update") {
    const session = message.data;
    const pages = queryClient.getQueryData<InfiniteData<SessionPage>>(keys.sessions)?.pages ?? [];
    if (!pages.some(({ items }) => items.some(({ session_id }) => session_id === session.session_id))) {
      refreshSoon(queryClient, keys.sessions);
      return;
    }
    changeSession(queryClient, session.session_id, () => session);
  }
  if (message.type === "cycle_complete") {
    const { session_id, total_checks, total_accepted, total_rejected, total_lost } = message.data;
    changeSession(queryClient, session_id, (session) => ({
      ...session,
      total_checks,
      total_accepted,
      total_rejected,
      total_lost,
    }));
  }
};

function changeSession(
  queryClient: QueryClient,
  sessionId: string | null,
  change: (session: SessionStatus) => SessionStatus,
): void {
  queryClient.setQueryData<InfiniteData<SessionPage>>(
    keys.sessions,
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.map((session) => (session.session_id === sessionId ? change(session) : session)),
        })),
      },
  );
}
