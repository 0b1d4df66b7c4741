import type { JobRecord, LossReason } from "@/api/types";
import { span } from "@/lib/time";
import { between } from "./job";

const LOSS_REASON: Readonly<Record<LossReason, string>> = {
  taken_before_seen: "It was gone when the bot opened it for the first time.",
  taken_while_deciding: "Somebody else got it in the same moment.",
  refused: "The portal refused.",
  not_visible: "It disappeared from the portal without a word.",
  session_ended: "The portal had signed the bot out.",
  portal_failing: "The portal did not work properly.",
  called_off: "It was called off before the accept had gone out.",
};

/** Below this a look at the board cannot come sooner: the shortest interval that can be set, in seconds. */
const SHORTEST_INTERVAL = 0.2;

/**
 * What the owner could have changed about a loss, where that is true; `interval` is the time between two looks at the
 * board, in seconds. The board tells no time at which a job was posted, so nothing is said of how much was missed.
 */
export function lossLesson(job: JobRecord, interval: number | undefined): string | undefined {
  switch (job.loss_reason) {
    case "taken_before_seen":
      return interval === undefined || interval <= SHORTEST_INTERVAL
        ? "Somebody was faster than the bot can look."
        : `The bot looks at the board every ${String(interval)} seconds now: a job can lie there so long before it is seen. A shorter time might have got it.`;
    case "taken_while_deciding":
      return job.submitted_at === null
        ? "It went before the bot could send its accept. If it waited for your answer, “Accept it at once” in the settings might have got it."
        : `The bot sent its accept ${span(between(job.seen_at, job.submitted_at) ?? 0)} after it first saw the job, and somebody was sooner or got it from the portal. A shorter time between two looks might have helped.`;
    case "session_ended":
    case "portal_failing":
      return "Looking more often would not have changed this.";
    case "refused":
    case "not_visible":
    case "called_off":
    case null:
      return undefined;
  }
}

/** Why a matching job did not become the owner's: the bot's own account of it where there is one. */
export function lossInWords(job: JobRecord): string | undefined {
  const reason = job.loss_reason === null ? undefined : reasonInWords(job, job.loss_reason);
  // a refusal's detail is the portal's own words; any other is the bot's whole account
  if (job.loss_reason === "refused" && job.loss_detail !== null) return `${reason ?? ""} ${job.loss_detail}`.trim();
  return job.loss_detail ?? reason;
}

function reasonInWords(job: JobRecord, reason: LossReason): string {
  // while its pages were read, or while it waited for the owner's answer
  if (reason === "taken_while_deciding" && job.submitted_at === null) {
    return "Somebody else got it before the bot sent its accept.";
  }
  return LOSS_REASON[reason];
}
