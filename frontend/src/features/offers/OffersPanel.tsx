import { Anchor, CloseButton, Title } from "@mantine/core";
import { IconBellRinging } from "@tabler/icons-react";
import { useId, useState } from "react";
import { jobId } from "@/api/job-id";
import { useJob } from "@/api/requests/find-job";
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

/** An offer that was answered here. */
interface Followed {
  /** The offer as it was when it was answered. */
  readonly offer: JobRecord;
  /** The control plane has taken the answer; before that, and where it refused, the offer still waits. */
  readonly isTaken: boolean;
}

interface OffersPanelProps {
  readonly onOpenJob: (id: string) => void;
}

/** The jobs that wait for the owner's yes or no, on top of everything; nothing where there are none. */
export function OffersPanel({ onOpenJob }: OffersPanelProps) {
  const headingId = useId();
  const now = useNow();
  const offers = useOffers();
  // What was answered here stays until the owner has seen what came of it.
  const [followed, setFollowed] = useState<ReadonlyMap<string, Followed>>(new Map());

  const waiting = offers.filter((job) => (timeLeft(job, now) ?? 0) > -SHOWN_AFTER_DEADLINE_MS);
  const open = waiting.filter((job) => followed.get(jobId(job))?.isTaken !== true);
  const openIds = new Set(open.map(jobId));
  const decided = [...followed].filter(([id]) => !openIds.has(id)).map(([, { offer }]) => offer);
  const shown = [...open, ...decided].sort((one, other) => deadline(one) - deadline(other));
  if (shown.length === 0) return null;

  function follow(offer: JobRecord, isTaken: boolean) {
    setFollowed((before) => new Map(before).set(jobId(offer), { offer, isTaken }));
  }

  function dismiss(job: JobRecord) {
    setFollowed((before) => new Map([...before].filter(([id]) => id !== jobId(job))));
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
        {shown.map((offer) => {
          const id = jobId(offer);
          return (
            <OfferCard
              key={id}
              offer={offer}
              isOpen={openIds.has(id)}
              onOpenJob={() => onOpenJob(id)}
              onAnswer={() => follow(offer, false)}
              onAnswered={() => follow(offer, true)}
              onDismiss={() => dismiss(offer)}
            />
          );
        })}
      </ul>
    </section>
  );
}

interface OfferCardProps {
  readonly offer: JobRecord;
  /** Whether it still waits for an answer; else it is shown for what came of the answer. */
  readonly isOpen: boolean;
  readonly onOpenJob: () => void;
  readonly onAnswer: () => void;
  readonly onAnswered: () => void;
  readonly onDismiss: () => void;
}

/** One offer, and after the answer the job that it became. */
function OfferCard({ offer, isOpen, onOpenJob, onAnswer, onAnswered, onDismiss }: OfferCardProps) {
  const { job: found } = useJob(jobId(offer), { isAsked: !isOpen });
  const job = isOpen ? offer : (found ?? offer);
  const title = jobTitle(job);
  return (
    <li className={classes.offer} aria-label={title}>
      <div className={classes.job}>
        <Anchor component="button" type="button" className={classes.title} onClick={onOpenJob}>
          {title}
        </Anchor>
        {!isOpen && <CloseButton aria-label={`Close ${title}`} onClick={onDismiss} />}
      </div>
      <p className={classes.facts}>{factsOf(job)}</p>
      <OfferButtons job={job} onAnswer={onAnswer} onAnswered={onAnswered} />
    </li>
  );
}

/** The job in a line: when, how long, for whom, where. */
function factsOf(job: JobRecord): string {
  return [appointment(job), appointmentDuration(job), job.company_name ?? job.client_name, job.postcode, job.reference]
    .filter((fact) => fact != null && fact !== "")
    .join(" · ");
}

/** Where an offer stands: the one that is over first comes first, and an answered one keeps its place. */
function deadline(offer: JobRecord): number {
  return Date.parse(offer.offer_expires_at ?? FAR_AWAY);
}
