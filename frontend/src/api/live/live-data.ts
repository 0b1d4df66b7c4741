import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "../query-keys";
import type { LiveJobs } from "./handlers/jobs";
import type { Said } from "./handlers/notices";
import type { LastCycle } from "./handlers/session-status";

const NO_JOBS: LiveJobs = new Map();
const NOTHING_SAID: readonly Said[] = [];

// What only the websocket brings is never asked for and never forgotten.
const liveJobs = queryOptions<LiveJobs>({ queryKey: keys.live.jobs, queryFn: skipToken, gcTime: Infinity });
const lastCycle = queryOptions<LastCycle>({ queryKey: keys.live.cycle, queryFn: skipToken, gcTime: Infinity });

const notices = queryOptions<readonly Said[]>({
  queryKey: keys.live.notices,
  queryFn: skipToken,
  gcTime: Infinity,
});

/** What bots said lately, the newest first. */
export function useSaid(): readonly Said[] {
  return useQuery(notices).data ?? NOTHING_SAID;
}

/** The latest reports on jobs that came over the websocket. */
export function useLiveJobs(): LiveJobs {
  return useQuery(liveJobs).data ?? NO_JOBS;
}

/** The bot's latest look at the board; undefined while none was heard of. */
export function useLastCycle(): LastCycle | undefined {
  return useQuery(lastCycle).data;
}
