import type { QueryClient } from "@tanstack/react-query";
import type { LiveHandler } from "@/api/live/handler";
import { handleJobs } from "@/api/live/handlers/jobs";
import { handleNotices } from "@/api/live/handlers/notices";
import { handleSessionStatus } from "@/api/live/handlers/session-status";
import type { LiveSocket } from "@/api/live/socket";
import { keys } from "@/api/query-keys";
import { handleConfiguration } from "@/features/configuration/handle-configuration";
import { handleFeed } from "@/features/live-feed/handle-feed";
import { handleMetrics } from "@/features/metrics/handle-metrics";
import { handleSessions } from "@/features/sessions/handle-sessions";

/** A greeting means that the connection is new: whatever was shown may have changed in the meantime. */
const catchUp: LiveHandler = (message, queryClient) => {
  if (message.type === "connection_established") void queryClient.invalidateQueries({ queryKey: keys.server });
};

/** In this order: the feed compares a status with the one that is shown, before that is replaced. */
const HANDLERS: readonly LiveHandler[] = [
  catchUp,
  handleFeed,
  handleSessionStatus,
  handleJobs,
  handleNotices,
  handleMetrics,
  handleSessions,
  handleConfiguration,
];

/** Bring everything that comes over the websocket into the query cache; gives back how to stop. */
export function handleLive(socket: LiveSocket, queryClient: QueryClient): () => void {
  return socket.onMessage((message) => {
    for (const handle of HANDLERS) handle(message, queryClient);
  });
}
