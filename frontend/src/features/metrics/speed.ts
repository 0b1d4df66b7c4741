import type { JobRecord } from "@/api/types";
import { between, wasOffered } from "@/messages/job";

/** The middle value of the times from seeing a job to having it, in milliseconds; undefined where there is none. An
 * approved offer waited for its owner, which says nothing of the bot. */
export function typicalSpeed(jobs: readonly JobRecord[]): number | undefined {
  const times = jobs
    .filter((job) => !wasOffered(job))
    .map((job) => between(job.seen_at, job.confirmed_at))
    .filter((time) => time !== undefined)
    .sort((one, other) => one - other);
  const upper = times[Math.floor(times.length / 2)];
  const lower = times[Math.floor((times.length - 1) / 2)];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
