import type { JobRecord } from "@/api/types";
import { exactClockTime, dateAndTime, span } from "@/lib/time";
import { between } from "@/messages/job";
import type { Tone } from "@/messages/tone";
import classes from "./Jobs.module.css";

interface Step {
  readonly name: string;
  readonly at: string;
  readonly tone: Tone;
}

/** The moments of a job's way, with the time that lay between them. */
export function ClaimSteps({ job }: { readonly job: JobRecord }) {
  const steps = stepsOf(job);
  return (
    <ol className={classes.steps}>
      {steps.map((step, index) => {
        const previous = steps[index - 1];
        const gap = previous === undefined ? undefined : between(previous.at, step.at);
        return (
          <li key={step.name} className={classes.step} data-tone={step.tone}>
            <span>
              {step.name}
              {gap !== undefined && <span className={classes.gap}> {span(gap)} later</span>}
            </span>
            <time className={`${classes.at ?? ""} tabular`} dateTime={step.at} title={dateAndTime(new Date(step.at))}>
              {exactClockTime(new Date(step.at))}
            </time>
          </li>
        );
      })}
    </ol>
  );
}

/** The steps that were taken, in their order. */
function stepsOf(job: JobRecord): readonly Step[] {
  const steps: Step[] = [{ name: "Seen on the board", at: job.seen_at, tone: "quiet" }];
  if (job.decided_at !== null) steps.push({ name: "Decided", at: job.decided_at, tone: "quiet" });
  if (job.submitted_at !== null) steps.push({ name: "Accept sent", at: job.submitted_at, tone: "info" });
  if (job.confirmed_at !== null) steps.push({ name: ending(job), at: job.confirmed_at, tone: endingTone(job) });
  return steps;
}

function ending(job: JobRecord): string {
  if (job.status === "lost") return "The portal showed that it is not yours";
  if (job.claim_state === "lost") return "The portal showed that it was not yours";
  return "The portal showed it as yours";
}

function endingTone(job: JobRecord): Tone {
  return job.status === "lost" || job.claim_state === "lost" ? "warn" : "good";
}
