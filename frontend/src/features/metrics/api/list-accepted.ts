import { queryOptions, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/query-keys";
import { listJobs } from "@/api/requests/list-jobs";

/** How many accepted jobs the typical speed is taken from. */
const COUNTED = 25;

export const latestAcceptedQuery = queryOptions({
  queryKey: keys.latestAccepted,
  queryFn: async ({ signal }) => (await listJobs({ status: "accepted" }, { limit: COUNTED, signal })).items,
});

/** The newest accepted jobs. */
export function useLatestAccepted() {
  return useQuery(latestAcceptedQuery);
}
