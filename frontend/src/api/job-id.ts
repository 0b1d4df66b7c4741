import type { JobRecord } from "./types";

/** The identity of a job record: its portal, the account and the job's number there. */
export function jobId(job: Pick<JobRecord, "portal" | "account_id" | "job_number">): string {
  return [job.portal, job.account_id, job.job_number].join("/");
}

/** The parts of an identity; undefined where the text is none. */
export function jobIdParts(id: string): Pick<JobRecord, "portal" | "account_id" | "job_number"> | undefined {
  const [portal, account_id, job_number, ...more] = id.split("/");
  if (!portal || !account_id || !job_number || more.length > 0) return undefined;
  return { portal, account_id, job_number };
}
