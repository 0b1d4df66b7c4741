import { Anchor, CloseButton, Title } from "@mantine/core";
import { IconBellRinging } from "@tabler/icons-react";
import { useId, useState } from "react";
import { jobId } from "@/api/job-id";
import { useLiveJobs } from "@/api/live/live-data";
import { useOffers } from "@/api/requests/list-offers";
import type { JobRecord } from "@/api/types";
import { HelpTip } from "@/components/HelpTip";
import { OfferButtons } from "@/components/OfferButtons";
import { counted } from "@/lib/numbers";
import { useNow } from "@/lib/use-now";
import { appointment, appointmentDuration, jobTitle } from "@/words/job";
import { timeLeft } from "@/words/offer";
import classes from "./Offers.module.css";

/** An offer whose time is over is reported so by its bot at once; one of a bot that died would stay for ever. */
const SHOWN_AFTER_DEADLINE_MS = 15_000;

/** Where an offer without a deadline is sorted. */
const FAR_AWAY = "9999-12-31T00:00:00Z";

interface OffersPanelProps {
  readonly onOpenJob: (id: string) => void;
}

/** The jobs that wait for the owner's yes or no, on top of everything; nothing where there are none. */
export function OffersPanel({ onOpenJob }: OffersPanelProps) {
  const headingId = useId();
  const now = useNow();
  const live = useLiveJobs();
  const offers = useOffers();
  // What was answered here stays until the owner has seen what came of it.
  const [answered, setAnswered] = useState<ReadonlyMap<string, JobRecord>>(new Map());

  const waiting = offers.filter((job) => (timeLeft(job, now) ?? 0) > -SHOWN_AFTER_DEADLINE_MS);
  const open = waiting.filter((job) => !answered.has(jobId(job)));
  const followed = [...answered].map(([id, job]) => latest(job, live.get(id)));
  // An answered one keeps its place: its deadline is that of the offer, which later reports carry no more.
  const deadline = (job: JobRecord) => Date.parse((answered.get(jobId(job)) ?? job).offer_expires_at ?? FAR_AWAY);
  const shown = [...open, ...followed].sort((one, other) => deadline(one) - deadline(other));
  if (shown.length === 0) return null;

  function dismiss(job: JobRecord) {
    setAnswered((before) => new Map([...before].filter(([id]) => id !== jobId(job))));
  }

  return (
    <section className={classes.panel} data-tone="info" aria-labelledby={headingId}>
      <div className={classes.head}>
        <IconBellRinging size={22} stroke={1.8} aria-hidden />
        <Title order={2} id={headingId} aria-live="polite">
          {open.length === 0 ? "Your answers" : `${counted(open.length, "job waits", "jobs wait")} for your answer`}
        </Title>
        <HelpTip about="jobs that wait for your answer">
          You told the bot to ask you first. It accepts such a job when you approve it before the time is over, if
          nobody else was faster. What you do not answer is left alone.
        </HelpTip>
      </div>
      <ul className={classes.offers}>
        {shown.map((job) => {
          const id = jobId(job);
          return (
            <li key={id} className={classes.offer} aria-label={jobTitle(job)}>
              <div className={classes.job}>
                <Anchor component="button" type="button" className={classes.title} onClick={() => onOpenJob(id)}>
                  {jobTitle(job)}
                </Anchor>
                {answered.has(id) && <CloseButton aria-label={`Close ${jobTitle(job)}`} onClick={() => dismiss(job)} />}
              </div>
              <p className={classes.facts}>{factsOf(job)}</p>
              <OfferButtons job={job} onAnswered={() => setAnswered((before) => new Map(before).set(id, job))} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The job in a line: when, how long, for whom, where. */
function factsOf(job: JobRecord): string {
  return [appointment(job), appointmentDuration(job), job.company_name ?? job.client_name, job.postcode, job.reference]
    .filter((fact) => fact != null && fact !== "")
    .join(" · ");
}

function latest(job: JobRecord, live: JobRecord | undefined): JobRecord {
  return live !== undefined && Date.parse(live.updated_at) >= Date.parse(job.updated_at) ? live : job;
}
