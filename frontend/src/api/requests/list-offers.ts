import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { jobId } from "../job-id";
import { useLiveJobs } from "../live/live-data";
import { keys } from "../query-keys";
import type { JobRecord } from "../types";
import { mergeLiveJobs } from "../merge-live-jobs";
import { listJobs } from "./list-jobs";

/** More offers than this at once nobody answers. */
const AT_MOST = 50;

const OFFERED = { status: "offered" } as const;

const offersQuery = queryOptions({
  queryKey: keys.offers,
  queryFn: ({ signal }) => listJobs(OFFERED, { limit: AT_MOST, signal }),
});

/** The offers that wait for the owner, in their order; also such whose time is over. */
export function useOffers(): readonly JobRecord[] {
  const { data } = useQuery(offersQuery);
  const live = useLiveJobs();
  return useMemo(
    () =>
      [...mergeLiveJobs({ answered: data?.items ?? [], live, filters: OFFERED, hasOlder: false })].sort(compareOffers),
    [data, live],
  );
}

/**
 * The order of offers, by what never changes about them: the nearest deadline first. Offers of one look at the board
 * share their deadline; then the one that was seen first comes first, and the job's id decides the rest.
 */
export function compareOffers(one: JobRecord, other: JobRecord): number {
  const [mine, theirs] = [deadline(one), deadline(other)];
  // two offers without a deadline are equal, and infinity less infinity is no number
  if (mine !== theirs) return mine - theirs;
  const earlier = Date.parse(one.seen_at) - Date.parse(other.seen_at);
  return earlier === 0 ? jobId(one).localeCompare(jobId(other), "en-GB", { numeric: true }) : earlier;
}

function deadline(job: JobRecord): number {
  return job.offer_expires_at === null ? Infinity : Date.parse(job.offer_expires_at);
}
