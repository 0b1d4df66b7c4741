import { queryOptions, useQuery } from "@tanstack/react-query";
import { useLiveJobs } from "../live/live-data";
import { keys } from "../query-keys";
import type { JobRecord } from "../types";
import { withLiveJobs } from "../with-live-jobs";
import { listJobs } from "./list-jobs";

/** More offers than this at once nobody answers. */
const AT_MOST = 50;

const OFFERED = { status: "offered" } as const;

const offersQuery = queryOptions({
  queryKey: keys.offers,
  queryFn: ({ signal }) => listJobs(OFFERED, { limit: AT_MOST, signal }),
});

/** The offers that wait for the owner, the one with the nearest deadline first; also such whose time is over. */
export function useOffers(): readonly JobRecord[] {
  const { data } = useQuery(offersQuery);
  const live = useLiveJobs();
  const offers = withLiveJobs({ answered: data?.items ?? [], live, filters: OFFERED, hasOlder: false });
  return [...offers].sort((one, other) => deadline(one) - deadline(other));
}

function deadline(job: JobRecord): number {
  return job.offer_expires_at === null ? Infinity : Date.parse(job.offer_expires_at);
}
