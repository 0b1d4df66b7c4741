import type { LogLevel, JobStatus } from "./types";

/** Which jobs a list asks for; absent means all. */
export interface JobFilters {
  readonly status?: JobStatus;
  readonly language?: string;
  readonly kind?: string;
  readonly search?: string;
  /** First day, in Europe/London, on which the job was first seen: `2026-11-25`. */
  readonly from?: string;
  /** Last such day. */
  readonly to?: string;
}

/** Which lines of the log a list asks for; absent means all. */
export interface LogFilters {
  readonly level?: LogLevel;
}

/** Every key of the query cache, in one place. What is under `server` is asked again after a lost connection. */
export const keys = {
  server: ["server"] as const,
  health: ["server", "health"] as const,
  sessionStatus: ["server", "session-status"] as const,
  sessions: ["server", "sessions"] as const,
  metrics: ["server", "metrics"] as const,
  allHours: ["server", "hours"] as const,
  hours: (day: string) => ["server", "hours", day] as const,
  languages: ["server", "languages"] as const,
  configuration: ["server", "configuration"] as const,
  jobs: ["server", "jobs"] as const,
  jobLists: ["server", "jobs", "list"] as const,
  jobList: (filters: JobFilters) => ["server", "jobs", "list", filters] as const,
  recentJobs: ["server", "jobs", "recent"] as const,
  latestAccepted: ["server", "jobs", "latest-accepted"] as const,
  offers: ["server", "jobs", "offers"] as const,
  job: (id: string) => ["server", "jobs", "one", id] as const,
  logs: ["server", "logs"] as const,
  logList: (filters: LogFilters) => ["server", "logs", "list", filters] as const,
  recentLogs: ["server", "logs", "recent"] as const,
  /** What came over the websocket and stands in no answer of the API. */
  live: {
    jobs: ["live", "jobs"] as const,
    notices: ["live", "notices"] as const,
    feed: ["live", "feed"] as const,
    states: ["live", "states"] as const,
    cycle: ["live", "cycle"] as const,
    configuration: ["live", "configuration"] as const,
  },
};
