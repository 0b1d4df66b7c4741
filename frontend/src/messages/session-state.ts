import type { Mode, SessionState, SessionStatus } from "@/api/types";
import { asSentence } from "@/lib/sentence";
import { clockTime } from "@/lib/time";
import type { Tone } from "./tone";

/** What the bot is about, in a person's terms; each has its own icon. */
export type Doing = "working" | "held_up" | "starting" | "paused" | "stopping" | "off" | "in_trouble";

export interface SessionWords {
  readonly doing: Doing;
  readonly tone: Tone;
  /** Two or three words. */
  readonly title: string;
  /** What it means and, where there is something to do, what. */
  readonly text: string;
}

/** How a session stands, in words; `mode` is what the bot does with jobs that match. */
export function sessionWords(session: SessionStatus, mode: Mode = "accept"): SessionWords {
  if (session.session_id === null) {
    return {
      doing: "off",
      tone: "quiet",
      title: "Not started yet",
      text: "Press Start, and the bot signs in and begins to watch the job board.",
    };
  }
  if (session.status === "failed") return failed(session);
  if (session.status === "stopped") {
    if (session.wanted === "stopped") {
      return {
        doing: "off",
        tone: "quiet",
        title: "Stopped",
        text: session.status_reason ?? "The bot is not watching the board. Press Start when you want it to.",
      };
    }
    return {
      doing: "starting",
      tone: "info",
      title: "Starting",
      text: session.status_reason ?? "The bot is being started.",
    };
  }
  if (!session.is_running) return silent(session);
  if (session.wanted === "stopped" || session.status === "stopping") {
    return {
      doing: "stopping",
      tone: "info",
      title: "Stopping",
      text: "The bot finishes what it is doing, then stops.",
    };
  }
  if (session.wanted === "paused" && session.status === "running") {
    return {
      doing: "working",
      tone: "info",
      title: "Pausing",
      text: "The bot finishes what it is doing, then pauses.",
    };
  }
  if (session.wanted === "running" && session.status === "paused") {
    return { doing: "paused", tone: "info", title: "Resuming", text: "The bot is about to watch the board again." };
  }
  if (session.status !== "paused") {
    const heldUp = heldUpBy(session);
    if (heldUp !== undefined) return heldUp;
  }
  switch (session.status) {
    case "starting":
      return { doing: "starting", tone: "info", title: "Starting", text: "The bot is getting ready." };
    case "signing_in":
      return { doing: "starting", tone: "info", title: "Signing in", text: "The bot is signing in to the portal." };
    case "paused":
      return {
        doing: "paused",
        tone: "warn",
        title: "Paused",
        text: session.status_reason ?? "The bot stays signed in and accepts nothing until you press Resume.",
      };
    case "running":
      return { doing: "working", tone: "good", title: "Watching the board", text: workingText(session, mode) };
  }
}

interface ConditionWords {
  readonly tone: Tone;
  readonly title: string;
}

/**
 * What the bot calls the things that stand in its way (`Condition` in bot/state/session_status.py; the last one is the control
 * plane's own); the reason has the words.
 */
const CONDITION = new Map<string, ConditionWords>(
  Object.entries({
    account: { tone: "warn", title: "Another bot has your account" },
    disk: { tone: "bad", title: "Nothing is accepted: trouble with the disk" },
    calendar: { tone: "warn", title: "Your calendar is not read yet" },
    sign_in: { tone: "warn", title: "Cannot sign in to the portal" },
    hours: { tone: "info", title: "Outside your opening hours" },
    layout: { tone: "bad", title: "Cannot read the portal's pages" },
    portal: { tone: "warn", title: "Cannot reach the portal" },
    our_jobs: { tone: "warn", title: "Cannot read the list of your jobs" },
    cap: { tone: "info", title: "Limit reached: watching only" },
    safeguards: { tone: "info", title: "Works without one of its checks" },
    unheard: { tone: "warn", title: "No news of the bot" },
  }),
);

/** A newer bot, or one of before there were names for it, has a reason that this page knows no title for. */
const SOMETHING: ConditionWords = { tone: "warn", title: "Something is in the way" };

/** What stands in a working bot's way; "watching" would be untrue then, or not all of the truth. */
function heldUpBy({ condition, status, status_reason: reason }: SessionStatus): SessionWords | undefined {
  if (reason === null) return undefined;
  const { tone, title } = CONDITION.get(condition ?? "") ?? SOMETHING;
  const isTrouble = tone === "warn" || tone === "bad";
  return {
    doing: status === "running" ? (isTrouble ? "held_up" : "working") : "starting",
    tone,
    title,
    text: asSentence(reason),
  };
}

const WORKING: Readonly<Record<Mode, string>> = {
  accept: "The bot looks at every new job and accepts those that fit your settings.",
  ask: "The bot looks at every new job and asks you before it accepts one that fits your settings.",
  watch: "The bot looks at every new job and writes down which ones fit your settings. It accepts nothing.",
};

function workingText(session: SessionStatus, mode: Mode): string {
  if (session.login_status === "signing_in") return "The portal ended the sign-in; the bot is signing in again.";
  return WORKING[mode];
}

function failed(session: SessionStatus): SessionWords {
  if (session.login_status === "refused") {
    return {
      doing: "in_trouble",
      tone: "bad",
      title: "The portal refused the sign-in",
      text:
        session.status_reason ??
        "The e-mail address or the password is not right. The bot does not try again, so that your account is not locked.",
    };
  }
  return {
    doing: "in_trouble",
    tone: "bad",
    title: "Stopped by a problem",
    text: session.status_reason ?? "The bot gave no reason. Look at the log, then press Start.",
  };
}

/** The state says that it works, and no heartbeat says so. */
function silent(session: SessionStatus): SessionWords {
  const since =
    session.last_heartbeat_at === null
      ? "The bot has not given a sign of life yet."
      : `The bot has given no sign of life since ${clockTime(new Date(session.last_heartbeat_at))}.`;
  if (session.wanted === "stopped") {
    return { doing: "off", tone: "quiet", title: "Stopped", text: since };
  }
  if (session.status === "starting") {
    return { doing: "starting", tone: "info", title: "Starting", text: "The bot is getting ready." };
  }
  if (session.started_by === "command_line") {
    return {
      doing: "in_trouble",
      tone: "bad",
      title: "Not responding",
      text: `${since} It was started in a terminal, so it has to be started there again.`,
    };
  }
  return { doing: "starting", tone: "warn", title: "Starting again", text: `${since} It is being started again.` };
}

const STATE_CHANGE: Readonly<Record<SessionState, string>> = {
  starting: "The bot is starting.",
  signing_in: "The bot is signing in to the portal.",
  running: "The bot is watching the board.",
  paused: "The bot is paused: it stays signed in and accepts nothing.",
  stopping: "The bot is stopping.",
  stopped: "The bot has stopped.",
  failed: "The bot has ended because it needs you.",
};

/** What happened when a session came into its state, for the feed. */
export function stateChange(session: SessionStatus): string {
  const change = STATE_CHANGE[session.status];
  return session.status_reason === null ? change : `${change} ${session.status_reason}`;
}
