import type { QueryClient } from "@tanstack/react-query";
import type { Follower } from "@/api/live/follower";
import { followJobs } from "@/api/live/followers/jobs";
import { followNotices } from "@/api/live/followers/notices";
import { followSessionStatus } from "@/api/live/followers/session-status";
import type { LiveSocket } from "@/api/live/socket";
import { keys } from "@/api/query-keys";
import { followConfiguration } from "@/features/configuration/follow-configuration";
import { followFeed } from "@/features/live-feed/follow-feed";
import { followMetrics } from "@/features/metrics/follow-metrics";
import { followSessions } from "@/features/sessions/follow-sessions";

/** A greeting means that the connection is new: whatever was shown may have changed in the meantime. */
const catchUp: Follower = (message, queryClient) => {
  if (message.type === "connection_established") void queryClient.invalidateQueries({ queryKey: keys.server });
};

/** In this order: the feed compares a status with the one that is shown, before that is replaced. */
const FOLLOWERS: readonly Follower[] = [
  catchUp,
  followFeed,
  followSessionStatus,
  followJobs,
  followNotices,
  followMetrics,
  followSessions,
  followConfiguration,
];

/** Bring everything that comes over the websocket into the query cache; gives back how to stop. */
export function followLive(socket: LiveSocket, queryClient: QueryClient): () => void {
  return socket.onMessage((message) => {
    for (const follow of FOLLOWERS) follow(message, queryClient);
  });
}
