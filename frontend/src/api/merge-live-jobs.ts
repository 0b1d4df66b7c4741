import { londonDay } from "@/lib/time";
import { jobId } from "./job-id";
import type { LiveJobs } from "./live/handlers/jobs";
import type { JobFilters } from "./query-keys";
import type { JobRecord } from "./types";

interface Known {
  /** What the API answered, newest first. */
  readonly answered: readonly JobRecord[];
  readonly live: LiveJobs;
  readonly filters: JobFilters;
  /** The API has older ones that were not asked for yet. */
  readonly hasOlder: boolean;
}

/**
 * The jobs to show, newest first: of every job the latest report, whether it came as an answer or over the websocket,
 * as far as it fits the filters. A job that is older than all that was answered is left out while the API has older
 * ones: it stands on a later page.
 */
export function mergeLiveJobs({ answered, live, filters, hasOlder }: Known): readonly JobRecord[] {
  const latest = new Map<string, JobRecord>();
  for (const job of answered) latest.set(jobId(job), newer(job, live.get(jobId(job))));

  const oldestAnswered = hasOlder ? Math.min(...answered.map(seenAt)) : -Infinity;
  for (const [id, job] of live) {
    if (!latest.has(id) && seenAt(job) >= oldestAnswered) latest.set(id, job);
  }
  return [...latest.values()].filter((job) => fits(job, filters)).sort((one, other) => seenAt(other) - seenAt(one));
}

function newer(answered: JobRecord, live: JobRecord | undefined): JobRecord {
  return live !== undefined && Date.parse(live.updated_at) >= Date.parse(answered.updated_at) ? live : answered;
}

function seenAt(job: JobRecord): number {
  return Date.parse(job.seen_at);
}

/** Whether a job is one that the API would give for these filters. */
export function fits(job: JobRecord, filters: JobFilters): boolean {
  const day = londonDay(new Date(job.seen_at));
  return (
    (filters.status === undefined || job.status === filters.status) &&
    (filters.language === undefined || job.language === filters.language) &&
    (filters.kind === undefined || job.kind === filters.kind) &&
    (filters.from === undefined || day >= filters.from) &&
    (filters.to === undefined || day <= filters.to) &&
    (filters.search === undefined || isFound(job, filters.search))
  );
}

/** As the API searches: every word that was typed begins a word of the job. */
function isFound(job: JobRecord, search: string): boolean {
  const words = wordsOf(
    [
      job.job_number,
      job.reference,
      job.language,
      job.kind,
      job.company_name,
      job.client_name,
      job.client_reference,
      job.address,
      job.postcode,
    ].join(" "),
  );
  const typed = wordsOf(search);
  return typed.length > 0 && typed.every((begun) => words.some((word) => word.startsWith(begun)));
}

function wordsOf(text: string): string[] {
  return text
    .toLocaleLowerCase("en-GB")
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}
