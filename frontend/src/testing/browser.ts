import { setupWorker } from "msw/browser";
import type { AnalyticsPeriod, JobRecord } from "@/api/types";
import { FakeControlPlane } from "./fake-control-plane";
import { aCycle, aJob, aLogEntry, aLostJob, aRejectedJob, aSession, minutesAgo, noSession } from "./fixtures";

/**
 * The pretended control plane of `npm run dev:mock`, to look at the dashboard in states that are hard to have for real:
 * `localStorage.scenario` is one of the names below.
 */
const SCENARIOS = {
  working: { session: aSession({ practice_mode: true }) },
  fresh: { session: noSession() },
  paused: { session: aSession({ status: "paused", wanted: "paused" }) },
  terminal: { session: aSession({ started_by: "command_line", session_name: "evening-run" }) },
  silent: { session: aSession({ is_running: false, last_heartbeat_at: minutesAgo(2) }) },
  refused: {
    session: aSession({
      is_running: false,
      status: "failed",
      wanted: "stopped",
      login_status: "refused",
      end_time: minutesAgo(1),
      status_reason:
        "The portal says: These credentials do not match our records. Check ATOZ_USERNAME and ATOZ_PASSWORD in the file .env, then start the system again.",
    }),
  },
  away: { session: aSession() },
};

const LANGUAGES = ["Polish", "Arabic", "Romanian", "Urdu", "Farsi", "Spanish", "Sorani Kurdish"];

/** Start answering in the service worker's place; resolves when it is ready. */
export async function startPretending(): Promise<void> {
  const plane = new FakeControlPlane();
  const name = localStorage.getItem("scenario") ?? "working";
  const scenario = name in SCENARIOS ? SCENARIOS[name as keyof typeof SCENARIOS] : SCENARIOS.working;
  plane.session = scenario.session;
  plane.isAway = name === "away";
  if (name !== "fresh") fill(plane);
  await setupWorker(...plane.handlers).start({ quiet: true, onUnhandledRequest: "bypass" });
  if (name === "working" || name === "terminal") work(plane);
}

function fill(plane: FakeControlPlane): void {
  plane.jobs = Array.from({ length: 140 }, (_, index) => pretended(10_600 - index, minutesAgo(1 + index * 7)));
  plane.sessions = [
    plane.session,
    aSession({
      session_id: "evening-run",
      session_name: "evening-run",
      started_by: "command_line",
      total_accepted: 2,
      start_time: minutesAgo(60),
    }),
    aSession({
      session_id: "session-20261119_080000",
      session_name: "session-20261119_080000",
      is_running: false,
      status: "stopped",
      wanted: "stopped",
      start_time: minutesAgo(2000),
      end_time: minutesAgo(1500),
      last_heartbeat_at: minutesAgo(1500),
    }),
    aSession({
      session_id: "session-20261118_080000",
      session_name: "session-20261118_080000",
      is_running: false,
      status: "failed",
      wanted: "stopped",
      status_reason: "The portal shows a page that the bot does not know. Nothing was accepted since.",
      start_time: minutesAgo(3500),
      end_time: minutesAgo(3300),
      last_heartbeat_at: minutesAgo(3300),
    }),
  ];
  plane.logs = [
    aLogEntry({ id: 4, at: minutesAgo(4) }),
    aLogEntry({
      id: 3,
      at: minutesAgo(40),
      level: "error",
      action: "portal_unreachable",
      message: "The portal did not answer for 30 seconds.",
      what_to_do: "Nothing: the bot tries again by itself. If it lasts, check your internet connection.",
    }),
    aLogEntry({
      id: 2,
      at: minutesAgo(128),
      level: "warning",
      action: "slow_portal",
      message: "The portal takes longer than usual to answer (2.4 seconds).",
    }),
    aLogEntry({ id: 1, at: minutesAgo(130), action: "session_started", message: "The bot started." }),
  ];
  plane.hours = hours();
}

function hours(): AnalyticsPeriod[] {
  const hour = 3_600_000;
  const thisHour = Math.floor(Date.now() / hour) * hour;
  return Array.from({ length: 12 }, (_, index) => ({
    period_start: new Date(thisHour - index * hour).toISOString(),
    account_id: "acc-1",
    checks: 7_000,
    jobs_seen: 6 + (index % 5),
    jobs_accepted: index % 4,
    jobs_rejected: 3 + ((index * 7) % 6),
    jobs_lost: index % 3,
    languages: Object.fromEntries(LANGUAGES.map((language) => [language, 3])),
  }));
}

function pretended(number: number, seen_at: string): JobRecord {
  const language = LANGUAGES[number % LANGUAGES.length] ?? "Polish";
  const own = {
    job_number: String(number),
    reference: `${String(number)}/atoz`,
    page_url: `https://portal.example/interpreter-jobs/${String(number)}`,
    language,
    seen_at,
  };
  switch (number % 5) {
    case 0:
      return aJob({ ...own, kind: number % 2 === 0 ? "Telephone Interpreting" : "Video Interpreting" });
    case 1:
      return aLostJob(own);
    default:
      return aRejectedJob(own);
  }
}

function work(plane: FakeControlPlane): void {
  let number = 10_601;
  let checks = 15_421;
  setInterval(() => {
    checks += 1;
    plane.send("cycle_complete", aCycle({ total_checks: checks, duration_ms: 30 + (checks % 20) }));
  }, 500);
  setInterval(() => {
    const job = pretended(number, new Date().toISOString());
    number += 1;
    if (job.verdict !== "match") {
      tell(plane, job);
      return;
    }
    tell(plane, { ...job, status: "pending", claim_state: "submitted", confirmed_at: null });
    setTimeout(() => tell(plane, { ...job, updated_at: new Date().toISOString() }), 900);
  }, 5_000);
}

function tell(plane: FakeControlPlane, job: JobRecord): void {
  plane.jobs = [job, ...plane.jobs.filter(({ job_number }) => job_number !== job.job_number)];
  plane.send("job_processed", job);
}
