import type { JobRecord } from "@/api/types";
import { howFast } from "@/messages/job";
import { JOB_STATUS } from "@/messages/job-status";
import { lossInWords } from "@/messages/loss";

/** What became of a job, in one sentence. */
export function outcomeInShort(job: JobRecord): string {
  switch (job.status) {
    case "accepted": {
      const speed = howFast(job);
      return speed === undefined ? JOB_STATUS.accepted.meaning : `Yours ${speed}.`;
    }
    case "rejected":
      return job.summary ?? JOB_STATUS.rejected.meaning;
    case "lost":
      return lossInWords(job) ?? JOB_STATUS.lost.meaning;
    case "taken_back":
    case "unknown":
      return job.loss_detail ?? JOB_STATUS[job.status].meaning;
    case "pending":
    case "offered":
    case "watched":
    case "given":
    case "declined":
      return JOB_STATUS[job.status].meaning;
  }
}
