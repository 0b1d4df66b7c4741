import { jobId } from "@/api/job-id";
import type { JobRecord, LogEntry, LogLevel } from "@/api/types";
import { appointment, happenedAt, howFast, jobTitle } from "@/messages/job";
import { JOB_STATUS } from "@/messages/job-status";
import { lossInWords } from "@/messages/loss";
import type { Tone } from "@/messages/tone";

/** A line that came over the websocket; the log will have it too, with an id. */
export type LiveLine = Omit<LogEntry, "id">;

/** One thing that happened, ready to be shown. */
export type FeedItem =
  | {
      readonly kind: "job";
      readonly id: string;
      readonly at: string;
      readonly job: JobRecord;
      readonly title: string;
      readonly text: string;
    }
  | {
      readonly kind: "line";
      readonly id: string;
      readonly at: string;
      readonly tone: Tone;
      readonly title: string;
      readonly whatToDo: string | null;
    };

/** How many things the feed shows. */
const SHOWN = 40;

/** A line of the websocket and one of the log are the same when they say the same about as close as this. */
const SAME_WITHIN_MS = 10_000;

/** What changes of state are called, here and in the log; their sentences may differ. */
export const STATE_CHANGE = "session_";

const TONE: Readonly<Record<LogLevel, Tone>> = { info: "info", warning: "warn", error: "bad" };

interface Happened {
  readonly jobs: readonly JobRecord[];
  readonly logged: readonly LogEntry[];
  readonly live: readonly LiveLine[];
}

/** What happened, the newest first: every job once, in its latest state, and every line once. */
export function feedOf({ jobs, logged, live }: Happened): readonly FeedItem[] {
  const unlogged = live.filter((line) => !logged.some((entry) => isSame(line, entry)));
  return [
    ...jobs.map(jobItem),
    ...logged.map((entry) => lineItem(entry, `log:${String(entry.id)}`)),
    ...unlogged.map((line) => lineItem(line, `live:${line.at}:${line.action}`)),
  ]
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .slice(0, SHOWN);
}

function isSame(line: LiveLine, entry: LogEntry): boolean {
  return (
    line.session_id === entry.session_id &&
    line.action === entry.action &&
    (line.message === entry.message || line.action.startsWith(STATE_CHANGE)) &&
    Math.abs(Date.parse(line.at) - Date.parse(entry.at)) <= SAME_WITHIN_MS
  );
}

function lineItem(line: LiveLine, id: string): FeedItem {
  return {
    kind: "line",
    id,
    at: line.at,
    tone: TONE[line.level],
    title: line.message,
    whatToDo: line.what_to_do,
  };
}

function jobItem(job: JobRecord): FeedItem {
  return {
    kind: "job",
    id: `job:${jobId(job)}`,
    at: happenedAt(job),
    job,
    title: jobTitle(job),
    text: jobText(job),
  };
}

function jobText(job: JobRecord): string {
  switch (job.status) {
    case "accepted": {
      const speed = howFast(job);
      const when = appointment(job);
      return speed === undefined ? when : `${when} · yours ${speed}`;
    }
    case "lost":
      return lossInWords(job) ?? JOB_STATUS.lost.meaning;
    case "rejected":
      return job.summary ?? JOB_STATUS.rejected.meaning;
    case "pending":
    case "unknown":
    case "taken_back":
    case "offered":
    case "watched":
    case "given":
    case "declined":
      return JOB_STATUS[job.status].meaning;
  }
}
