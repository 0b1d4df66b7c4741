import type { QueryClient } from "@tanstack/react-query";
import { jobId } from "../../job-id";
import { keys } from "../../query-keys";
import type { JobRecord } from "../../types";
import type { LiveHandler } from "../handler";

/** How many of the latest reports are kept beside the API's answers before those are asked for again. */
const KEPT = 500;

/** The latest reports on jobs, by `jobId`. */
export type LiveJobs = ReadonlyMap<string, JobRecord>;

/** Keeps the latest reports. They are laid over the API's answers where they are newer; see `mergeLiveJobs`. */
export const handleJobs: LiveHandler = (message, queryClient) => {
  if (message.type === "connection_established") void refreshJobs(queryClient);
  if (message.type !== "job_processed") return;
  const job = message.data;
  const jobs = new Map(queryClient.getQueryData<LiveJobs>(keys.live.jobs));
  jobs.set(jobId(job), job);
  queryClient.setQueryData<LiveJobs>(keys.live.jobs, jobs);
  if (jobs.size % KEPT === 0) void refreshJobs(queryClient);
};

/**
 * Ask for the shown jobs again, then forget the reports that the new answers contain. What was reported before the
 * connection was lost may have changed since, so after a reconnect only the answers count.
 */
async function refreshJobs(queryClient: QueryClient): Promise<void> {
  const before = queryClient.getQueryData<LiveJobs>(keys.live.jobs);
  await queryClient.invalidateQueries({ queryKey: keys.jobs });
  const shown = queryClient.getQueryCache().findAll({ queryKey: keys.jobs, type: "active" });
  if (before === undefined || shown.some((query) => query.state.status === "error")) return;
  queryClient.setQueryData<LiveJobs>(
    keys.live.jobs,
    (now) => new Map([...(now ?? [])].filter(([id, job]) => before.get(id) !== job)),
  );
}
