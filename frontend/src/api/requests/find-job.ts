import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { jobId, jobIdParts } from "../job-id";
import { useLiveJobs } from "../live/live-data";
import { keys } from "../query-keys";
import type { JobRecord } from "../types";
import { listJobs, type JobPage } from "./list-jobs";

/** The API finds by the beginnings of words, so `104` finds 10432 too; the right one is picked from what it found. */
const FOUND_AT_MOST = 200;

/** One job by its `jobId`; null when there is none. */
export async function findJob(id: string, signal?: AbortSignal): Promise<JobRecord | null> {
  const parts = jobIdParts(id);
  if (parts === undefined) return null;
  const asked = { limit: FOUND_AT_MOST, ...(signal === undefined ? {} : { signal }) };
  const { items } = await listJobs({ search: parts.job_number }, asked);
  return items.find((job) => jobId(job) === id) ?? null;
}

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => findJob(id, signal),
  });

interface Asking {
  /** Whether the API is asked; else only what is known already counts. */
  readonly isAsked: boolean;
}

/** One job in its latest state; at once where a list has it already. */
export function useJob(id: string, { isAsked }: Asking = { isAsked: true }) {
  const queryClient = useQueryClient();
  const query = useQuery({ ...jobQuery(id), enabled: isAsked });
  const live = useLiveJobs().get(id);
  const known = [live, query.data ?? undefined, shownElsewhere(id, queryClient)].filter((job) => job !== undefined);
  const job = known.reduce<JobRecord | undefined>(
    (latest, next) =>
      latest === undefined || Date.parse(next.updated_at) > Date.parse(latest.updated_at) ? next : latest,
    undefined,
  );
  return { job, error: query.error, isPending: query.isPending, refetch: query.refetch };
}

/** The job as a list has it. */
function shownElsewhere(id: string, queryClient: QueryClient): JobRecord | undefined {
  const lists = queryClient.getQueriesData<{ pages: readonly JobPage[] }>({
    queryKey: keys.jobLists,
  });
  const recent = queryClient.getQueryData<JobPage>(keys.recentJobs);
  return [...lists.flatMap(([, data]) => data?.pages ?? []), ...(recent === undefined ? [] : [recent])]
    .flatMap((page) => page.items)
    .find((job) => jobId(job) === id);
}
