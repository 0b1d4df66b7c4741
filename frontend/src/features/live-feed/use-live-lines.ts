import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/query-keys";
import type { LiveLine } from "./feed";

const NONE: readonly LiveLine[] = [];

const liveLines = queryOptions<readonly LiveLine[]>({
  queryKey: keys.live.feed,
  queryFn: skipToken,
  gcTime: Infinity,
});

/** The lines that came over the websocket, the newest first. */
export function useLiveLines(): readonly LiveLine[] {
  return useQuery(liveLines).data ?? NONE;
}
