import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import { keys } from "../query-keys";
import { refreshSoon } from "../refresh-soon";
import type { BotActionResult, SessionStatus } from "../types";

/** What the owner can ask of the bot. */
export type BotAction = "start" | "stop" | "pause" | "resume";

interface Asked {
  readonly action: BotAction;
  /** Which session; the current one where it is left out. A start is always a new session. */
  readonly sessionId?: string;
}

/** Ask the control plane to start, stop, pause or resume; the answer says how the session stands now. */
export function steerBot({ action, sessionId }: Asked): Promise<BotActionResult> {
  const which = sessionId === undefined ? {} : { params: { query: { session_id: sessionId } } };
  switch (action) {
    case "start":
      return dataOf(api.POST("/api/bot/start"));
    case "stop":
      return dataOf(api.POST("/api/bot/stop", which));
    case "pause":
      return dataOf(api.POST("/api/bot/pause", which));
    case "resume":
      return dataOf(api.POST("/api/bot/resume", which));
  }
}

/** Steers the bot and shows the answered status at once; the websocket tells the rest. */
export function useSteerBot() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: steerBot,
    onSuccess: async ({ status }, { action }) => {
      await queryClient.cancelQueries({ queryKey: keys.sessionStatus });
      queryClient.setQueryData<SessionStatus>(keys.sessionStatus, (shown) =>
        action === "start" || shown === undefined || shown.session_id === status.session_id ? status : shown,
      );
      refreshSoon(queryClient, keys.sessionStatus);
      refreshSoon(queryClient, keys.sessions);
    },
  });
}
