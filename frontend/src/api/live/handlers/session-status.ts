import { keys } from "../../query-keys";
import { refreshSoon } from "../../refresh-soon";
import type { CycleCompleted, SessionStatus } from "../../types";
import { sessionStatusQuery } from "../../requests/get-session-status";
import type { LiveHandler } from "../handler";

/** The latest pass over the board that was heard of, and when. */
export interface LastCycle extends CycleCompleted {
  readonly at: string;
}

/** Keeps the current session's status, and the bot's latest look at the board. */
export const handleSessionStatus: LiveHandler = (message, queryClient) => {
  if (message.type === "status_update") {
    const shown = queryClient.getQueryData(sessionStatusQuery.queryKey);
    if (shown?.session_id === message.data.session_id) {
      // An answer that is still on its way may be older than this message.
      void queryClient.cancelQueries({ queryKey: keys.sessionStatus });
      queryClient.setQueryData<SessionStatus>(keys.sessionStatus, message.data);
    }
    // Which session is the current one is for the control plane to say: a stopped one may give way to another.
    if (shown?.session_id !== message.data.session_id || message.data.wanted === "stopped") {
      refreshSoon(queryClient, keys.sessionStatus);
    }
  }
  if (message.type === "cycle_complete") {
    const cycle = message.data;
    queryClient.setQueryData<LastCycle>(keys.live.cycle, { ...cycle, at: message.timestamp });
    queryClient.setQueryData<SessionStatus>(keys.sessionStatus, (shown) =>
      shown?.session_id === cycle.session_id
        ? {
            ...shown,
            total_checks: cycle.total_checks,
            total_accepted: cycle.total_accepted,
            total_rejected: cycle.total_rejected,
            total_lost: cycle.total_lost,
            last_heartbeat_at: message.timestamp,
          }
        : shown,
    );
  }
};
