import { describe, expect, it } from "vitest";
import type { SessionStatus } from "@/api/types";
import { aSession, noSession } from "@/testing/fixtures";
import { sessionWords, type Doing } from "./session-state";
import type { Tone } from "./tone";

const AT_10_42 = "2026-11-20T10:42:00Z";

type Row = readonly [string, SessionStatus, Doing, Tone, string, RegExp];

function heldUp(condition: string | null, doing: Doing, tone: Tone, title: string): Row {
  const session = aSession({ condition, status_reason: "so it is; the bot tries again by itself" });
  return [`running, held up by ${String(condition)}`, session, doing, tone, title, /^So it is; .* by itself\.$/];
}

const rows: readonly Row[] = [
  ["never started", noSession(), "off", "quiet", "Not started yet", /Press Start/],
  ["starting", aSession({ status: "starting" }), "starting", "info", "Starting", /getting ready/],
  ["signing in", aSession({ status: "signing_in" }), "starting", "info", "Signing in", /signing in to the portal/],
  ["running", aSession(), "working", "good", "Watching the board", /accepts those that fit/],
  [
    "running, signing in again",
    aSession({ login_status: "signing_in" }),
    "working",
    "good",
    "Watching the board",
    /signing in again/,
  ],
  heldUp("cap", "working", "info", "Limit reached: watching only"),
  heldUp("hours", "working", "info", "Outside your opening hours"),
  heldUp("portal", "held_up", "warn", "Cannot reach the portal"),
  heldUp("layout", "held_up", "bad", "Cannot read the portal's pages"),
  heldUp("account", "held_up", "warn", "Another bot has your account"),
  heldUp("disk", "held_up", "bad", "Nothing is accepted: trouble with the disk"),
  heldUp("calendar", "held_up", "warn", "Your calendar is not read yet"),
  heldUp("our_jobs", "held_up", "warn", "Cannot read the list of your jobs"),
  heldUp("sign_in", "held_up", "warn", "Cannot sign in to the portal"),
  heldUp("unheard", "held_up", "warn", "No news of the bot"),
  heldUp("something_new", "held_up", "warn", "Something is in the way"),
  heldUp("constructor", "held_up", "warn", "Something is in the way"),
  heldUp(null, "held_up", "warn", "Something is in the way"),
  [
    "signing in in vain",
    aSession({ status: "signing_in", condition: "sign_in", status_reason: "the sign-in page is away" }),
    "starting",
    "warn",
    "Cannot sign in to the portal",
    /^The sign-in page is away\.$/,
  ],
  [
    "waiting for another bot to end",
    aSession({ status: "starting", condition: "account", status_reason: "Another bot works for this account." }),
    "starting",
    "warn",
    "Another bot has your account",
    /Another bot works for this account\./,
  ],
  ["asked to pause", aSession({ wanted: "paused" }), "working", "info", "Pausing", /then pauses/],
  ["paused", aSession({ status: "paused", wanted: "paused" }), "paused", "warn", "Paused", /until you press Resume/],
  ["asked to resume", aSession({ status: "paused" }), "paused", "info", "Resuming", /again/],
  ["asked to stop", aSession({ wanted: "stopped" }), "stopping", "info", "Stopping", /then stops/],
  [
    "stopping",
    aSession({ status: "stopping", wanted: "stopped" }),
    "stopping",
    "info",
    "Stopping",
    /finishes what it is doing/,
  ],
  [
    "stopped",
    aSession({ is_running: false, status: "stopped", wanted: "stopped" }),
    "off",
    "quiet",
    "Stopped",
    /Press Start/,
  ],
  ["about to start", aSession({ is_running: false, status: "stopped" }), "starting", "info", "Starting", /started/],
  [
    "failed",
    aSession({
      is_running: false,
      status: "failed",
      wanted: "stopped",
      status_reason: "The disk is full. Make room, then press Start.",
    }),
    "in_trouble",
    "bad",
    "Stopped by a problem",
    /The disk is full/,
  ],
  [
    "refused",
    aSession({ is_running: false, status: "failed", wanted: "stopped", login_status: "refused" }),
    "in_trouble",
    "bad",
    "The portal refused the sign-in",
    /does not try again/,
  ],
  [
    "silent",
    aSession({ is_running: false, last_heartbeat_at: AT_10_42 }),
    "starting",
    "warn",
    "Starting again",
    /since 10:42.*started again/,
  ],
  [
    "silent, from a terminal",
    aSession({ is_running: false, started_by: "command_line", last_heartbeat_at: AT_10_42 }),
    "in_trouble",
    "bad",
    "Not responding",
    /started in a terminal/,
  ],
  [
    "silent and not wanted",
    aSession({ is_running: false, wanted: "stopped", last_heartbeat_at: AT_10_42 }),
    "off",
    "quiet",
    "Stopped",
    /since 10:42/,
  ],
];

describe("a session in words", () => {
  it.each(rows)("%s", (_, session, doing, tone, title, text) => {
    const words = sessionWords(session);

    expect(words).toMatchObject({ doing, tone, title });
    expect(words.text).toMatch(text);
  });
});
