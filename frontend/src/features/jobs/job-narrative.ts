import type { JobRecord } from "@/api/types";
import { clockTimeWithSeconds } from "@/lib/time";
import { howFast } from "@/messages/job";
import { lossInWords } from "@/messages/loss";

/** What became of a job, told in one or two sentences. */
export function jobNarrative(job: JobRecord): string {
  // what became of a job without the bot, or after the bot's claim had ended
  if (job.status === "given") {
    return "It is yours without an accept of the bot: you took it on the portal yourself, or the agency gave it to you.";
  }
  if (job.status === "taken_back" && job.given !== null) {
    return `It was yours without an accept of the bot, and then no longer. ${job.loss_detail ?? "The portal gave it to somebody else or cancelled it."}`;
  }
  if (job.claim_state === null) return withoutClaim(job);
  switch (job.claim_state) {
    case "matched":
      return "It fits your settings. The bot is about to accept it.";
    case "offered":
      return `It fits your settings. It waits for your answer${until(job)}.`;
    case "approved":
      return "You said yes. The bot is about to accept it.";
    case "declined":
      return "You said no, so the bot left it alone.";
    case "expired":
      return "Nobody answered in time, so the bot left it alone.";
    case "intended":
      return "It fits your settings. The bot has noted that it will accept it and is about to.";
    case "submitted":
      return "The accept was sent. The bot waits for the portal to show whether the job is yours.";
    case "confirmed":
      return `${accepted(job)} The bot looks once more in a few seconds, to see that it stays yours.`;
    case "held":
      return `${accepted(job)} The bot looked again later: it was still yours.`;
    case "lost":
      return `It fitted your settings, but it did not become yours. ${lossInWords(job) ?? ""}`.trim();
    case "unknown":
      return `The accept was sent, and the portal has not said what came of it. The bot keeps looking. ${job.loss_detail ?? ""}`.trim();
    case "taken_back":
      return `It was yours, and then no longer. ${job.loss_detail ?? "The portal gave it to somebody else or cancelled it."}`;
  }
}

function withoutClaim(job: JobRecord): string {
  switch (job.status) {
    case "rejected":
      return `The bot left it alone. ${job.summary ?? ""}`.trim();
    case "lost":
      return `It fitted your settings, but it did not become yours. ${lossInWords(job) ?? ""}`.trim();
    case "watched":
      return "It fits your settings. The bot was told only to watch, so it wrote it down and did not accept it.";
    case "accepted":
    case "declined":
    case "given":
    case "offered":
    case "pending":
    case "taken_back":
    case "unknown":
      return "The bot is looking at it right now.";
  }
}

function accepted(job: JobRecord): string {
  const speed = howFast(job);
  return speed === undefined ? "Accepted: the portal shows it as yours." : `Accepted ${speed}.`;
}

function until(job: JobRecord): string {
  return job.offer_expires_at === null ? "" : ` until ${clockTimeWithSeconds(new Date(job.offer_expires_at))}`;
}
