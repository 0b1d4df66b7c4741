import type {
  BotConfiguration,
  CycleCompleted,
  DashboardMetrics,
  JobRecord,
  LogEntry,
  SavedConfiguration,
  SessionStatus,
} from "@/api/types";

export const SESSION_ID = "session-20261120_101500";

/** A session that runs; every part can be another. */
export function aSession(changes: Partial<SessionStatus> = {}): SessionStatus {
  return {
    is_running: true,
    session_id: SESSION_ID,
    session_name: SESSION_ID,
    start_time: minutesAgo(130),
    end_time: null,
    status: "running",
    status_reason: null,
    condition: null,
    wanted: "running",
    started_by: "control_plane",
    login_status: "signed_in",
    interpreter_name: "Maria Kowalska",
    portal: "atoz",
    account_id: "acc-1",
    total_checks: 15_420,
    total_accepted: 4,
    total_rejected: 31,
    total_lost: 2,
    last_heartbeat_at: minutesAgo(0),
    configuration_version: 3,
    practice_mode: false,
    ...changes,
  };
}

/** What the API says where there has never been a session. */
export function noSession(): SessionStatus {
  return aSession({
    is_running: false,
    session_id: null,
    session_name: null,
    start_time: null,
    status: "stopped",
    wanted: "stopped",
    started_by: null,
    login_status: "signed_out",
    interpreter_name: null,
    portal: null,
    account_id: null,
    total_checks: 0,
    total_accepted: 0,
    total_rejected: 0,
    total_lost: 0,
    last_heartbeat_at: null,
    configuration_version: null,
  });
}

/** A job that was accepted and held; every part can be another. */
export function aJob(changes: Partial<JobRecord> = {}): JobRecord {
  const seen = Date.parse(changes.seen_at ?? minutesAgo(3));
  return {
    portal: "atoz",
    account_id: "acc-1",
    session_id: SESSION_ID,
    job_number: "10432",
    reference: "10432/atoz",
    portal_id: "10432",
    submitted_on: "2026-11-20",
    appointment_date: "2026-11-25",
    appointment_time: "09:30:00",
    starts_at: "2026-11-25T09:30:00Z",
    duration_minutes: 90,
    language: "Polish",
    kind: "Telephone Interpreting",
    portal_status: "assigned",
    action: "none",
    company_name: "Northgate Health Trust",
    client_name: "Outpatients",
    client_reference: "NHT-2231",
    qualification: "Diploma in Public Service Interpreting",
    security_check: "Enhanced DBS",
    gender: null,
    address: null,
    postcode: null,
    special_instructions: "Call the clinic five minutes before the appointment.",
    page_url: "https://portal.example/interpreter-jobs/10432",
    status: "accepted",
    verdict: "match",
    summary: "Every rule says yes.",
    reasons: [
      { rule: "job_type_filter", passed: true, why: "Telephone Interpreting is one of the kinds you want." },
      { rule: "exclude_types", passed: true, why: "Telephone Interpreting is not one of the kinds you exclude." },
      { rule: "required_fields", passed: true, why: "The portal shows everything you insist on." },
      { rule: "max_accept_per_run", passed: true, why: "4 of 5 jobs are accepted in this session." },
    ],
    claim_state: "held",
    loss_reason: null,
    loss_detail: null,
    offer_expires_at: null,
    only_watched: false,
    given: null,
    seen_at: new Date(seen).toISOString(),
    decided_at: new Date(seen + 61).toISOString(),
    submitted_at: new Date(seen + 74).toISOString(),
    confirmed_at: new Date(seen + 420).toISOString(),
    updated_at: new Date(seen + 420).toISOString(),
    ...changes,
  };
}

/** A job that the owner's settings say no to. */
export function aRejectedJob(changes: Partial<JobRecord> = {}): JobRecord {
  const job = aJob(changes);
  return {
    ...job,
    kind: "Face to Face",
    address: "Northgate Hospital\n12 Castle Street\nLeeds",
    postcode: "LS1 4AB",
    portal_status: "matched",
    action: "accept",
    status: "rejected",
    verdict: "no_match",
    summary: "Face to Face is not one of the kinds you want.",
    reasons: [
      { rule: "job_type_filter", passed: false, why: "Face to Face is not one of the kinds you want." },
      { rule: "exclude_types", passed: false, why: "You exclude Face to Face." },
      { rule: "required_fields", passed: true, why: "The portal shows everything you insist on." },
      { rule: "max_accept_per_run", passed: true, why: "4 of 5 jobs are accepted in this session." },
    ],
    claim_state: null,
    submitted_at: null,
    confirmed_at: null,
    updated_at: job.decided_at ?? job.updated_at,
    ...changes,
  };
}

/** A job that somebody else got. */
export function aLostJob(changes: Partial<JobRecord> = {}): JobRecord {
  return aJob({
    portal_status: "cancelled",
    status: "lost",
    claim_state: "lost",
    loss_reason: "taken_while_deciding",
    loss_detail: "The portal shows it as cancelled.",
    ...changes,
  });
}

/** A job that waits for the owner's answer, for `seconds` more. */
export function anOffer(changes: Partial<JobRecord> = {}, seconds = 120): JobRecord {
  return aJob({
    portal_status: "matched",
    action: "accept",
    status: "offered",
    claim_state: "offered",
    offer_expires_at: new Date(Date.now() + seconds * 1000).toISOString(),
    seen_at: minutesAgo(0),
    submitted_at: null,
    confirmed_at: null,
    ...changes,
  });
}

export function aLogEntry(changes: Partial<LogEntry> = {}): LogEntry {
  return {
    id: 1,
    at: minutesAgo(5),
    session_id: SESSION_ID,
    level: "info",
    action: "cap_reached",
    message: "5 of 5 jobs are accepted in this session. The bot watches and accepts no more.",
    what_to_do: null,
    ...changes,
  };
}

export function someMetrics(changes: Partial<DashboardMetrics> = {}): DashboardMetrics {
  return {
    active_sessions: 1,
    total_jobs_today: 37,
    accepted_today: 4,
    acceptance_rate_today: 0.108,
    most_active_language: "Polish",
    bot_uptime_hours: 2.17,
    last_activity: minutesAgo(0),
    ...changes,
  };
}

export function aConfiguration(changes: Partial<BotConfiguration> = {}): SavedConfiguration {
  return {
    version: 3,
    updated_at: minutesAgo(600),
    configuration: {
      mode: "accept",
      offer_deadline_seconds: 300,
      reject_excluded: false,
      check_interval_seconds: 0.5,
      jitter: 0.1,
      follow_rhythm: true,
      requests_per_minute: 600,
      opening_hours: [],
      lane: "auto",
      browser: "sleep",
      max_accept_per_run: 5,
      job_type_filter: ["Telephone Interpreting", "Video Interpreting"],
      exclude_types: ["Face to Face"],
      required_fields: ["reference", "appointment_date", "appointment_time", "language"],
      languages: [],
      exclude_languages: [],
      dates: [],
      exclude_dates: [],
      weekly_hours: [],
      minimum_notice_minutes: null,
      shortest_minutes: null,
      longest_minutes: null,
      places: [],
      exclude_places: [],
      words_wanted: [],
      words_excluded: [],
      clients: [],
      exclude_clients: [],
      gap_around_jobs_minutes: 0,
      gap_around_events_minutes: 0,
      max_accept_per_pass: null,
      max_accept_per_day: null,
      max_accept_hours_per_day: null,
      max_accept_per_week: null,
      max_accept_hours_per_week: null,
      prefer: ["soonest"],
      ...changes,
    },
  };
}

export function aCycle(changes: Partial<CycleCompleted> = {}): CycleCompleted {
  return {
    session_id: SESSION_ID,
    duration_ms: 41,
    pages: 2,
    jobs_on_board: 12,
    new_jobs: 0,
    total_checks: 15_421,
    total_accepted: 4,
    total_rejected: 31,
    total_lost: 2,
    ...changes,
  };
}

export function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
