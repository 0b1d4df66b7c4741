import type { QueryClient } from "@tanstack/react-query";
import type { LiveHandler } from "@/api/live/handler";
import { keys } from "@/api/query-keys";
import { refreshSoon } from "@/api/refresh-soon";
import { sessionStatusQuery } from "@/api/requests/get-session-status";
import type { LiveMessage, SessionState, SessionStatus } from "@/api/types";
import { stateChange } from "@/messages/session-state";
import { STATE_CHANGE, type LiveLine } from "./feed";

/** How many lines are kept that the log may not have yet. */
const KEPT = 100;

type States = Readonly<Record<string, SessionState>>;

/** Keeps errors, notices and changes of state that came over the websocket, until the log has them too. */
export const handleFeed: LiveHandler = (message, queryClient) => {
  const line = lineOf(message, queryClient);
  if (line === undefined) return;
  queryClient.setQueryData<readonly LiveLine[]>(keys.live.feed, (before) => [line, ...(before ?? [])].slice(0, KEPT));
  refreshSoon(queryClient, keys.logs);
};

function lineOf(message: LiveMessage, queryClient: QueryClient): LiveLine | undefined {
  switch (message.type) {
    case "error":
      return {
        at: message.timestamp,
        session_id: message.data.session_id,
        level: "error",
        action: message.data.code,
        message: message.data.message,
        what_to_do: message.data.what_to_do,
      };
    case "notice":
      return {
        at: message.timestamp,
        session_id: message.data.session_id,
        level: "info",
        action: message.data.action,
        message: message.data.message,
        what_to_do: null,
      };
    case "status_update":
      return stateLine(message.data, message.timestamp, queryClient);
    case "connection_established":
    case "job_processed":
    case "cycle_complete":
    case "configuration_updated":
      return undefined;
  }
}

/** A status comes also when only a count changed; only a change of state is worth a line. */
function stateLine(session: SessionStatus, at: string, queryClient: QueryClient): LiveLine | undefined {
  if (session.session_id === null) return undefined;
  const shown = queryClient.getQueryData(sessionStatusQuery.queryKey);
  const states = queryClient.getQueryData<States>(keys.live.states) ?? {};
  const before = states[session.session_id] ?? (shown?.session_id === session.session_id ? shown.status : undefined);
  queryClient.setQueryData<States>(keys.live.states, { ...states, [session.session_id]: session.status });
  if (shown === undefined || before === session.status) return undefined;
  return {
    at,
    session_id: session.session_id,
    level: session.status === "failed" ? "error" : "info",
    action: `${STATE_CHANGE}${session.status}`,
    message: stateChange(session),
    what_to_do: null,
  };
}
