import { Anchor, Title } from "@mantine/core";
import { IconBellRinging } from "@tabler/icons-react";
import { useId, useState } from "react";
import { jobId } from "@/api/job-id";
import { useJob } from "@/api/requests/find-job";
import { compareOffers, useOffers } from "@/api/requests/list-offers";
import type { JobRecord } from "@/api/types";
import { HelpTip } from "@/components/HelpTip";
import { OfferButtons } from "@/components/OfferButtons";
import { SteadyButton } from "@/components/SteadyButton";
import { counted } from "@/lib/numbers";
import { useKeptFocus } from "@/lib/use-kept-focus";
import { useNow } from "@/lib/use-now";
import { useSettled } from "@/lib/use-settled";
import { appointment, appointmentDuration, jobTitle } from "@/messages/job";
import { timeLeft } from "@/messages/offer";
import classes from "./Offers.module.css";

/** An offer whose time is over is reported so by its bot at once; one of a bot that died would be shown for ever. */
const SHOWN_AFTER_DEADLINE_MS = 15_000;

/** An offer that this page has shown. It keeps its place, whatever becomes of it, until it is dismissed. */
interface Kept {
  /** The offer as it was when it last waited. */
  readonly offer: JobRecord;
  /** The owner's answer was given here, and the control plane has taken it: only then it waits no more. */
  readonly answer?: "given" | "taken";
}

interface OffersPanelProps {
  readonly onOpenJob: (id: string) => void;
}

/** The jobs that wait for the owner's yes or no, on top of everything; nothing where there are none. */
export function OffersPanel({ onOpenJob }: OffersPanelProps) {
  const headingId = useId();
  const now = useNow();
  const offers = useOffers();
  const panel = useKeptFocus<HTMLElement>();
  const [kept, setKept] = useState<ReadonlyMap<string, Kept>>(new Map());
  const [dismissed, setDismissed] = useState<ReadonlyMap<string, string>>(new Map());

  const waiting = offers.filter(
    (job) => leftOf(job, now) > -SHOWN_AFTER_DEADLINE_MS && dismissed.get(jobId(job)) !== versionOf(job),
  );
  const fresh = waiting.filter((job) => {
    const before = kept.get(jobId(job));
    return before === undefined || versionOf(before.offer) !== versionOf(job);
  });
  if (fresh.length > 0) {
    setKept(new Map([...kept, ...fresh.map((offer) => [jobId(offer), { offer }] as const)]));
  }

  const waitingIds = new Set(waiting.map(jobId));
  const openIds = new Set(
    [...kept]
      .filter(([id, { offer, answer }]) => answer !== "taken" && waitingIds.has(id) && leftOf(offer, now) > 0)
      .map(([id]) => id),
  );
  const shown = [...kept.values()].map(({ offer }) => offer).sort(compareOffers);
  if (shown.length === 0) return null;

  const isAnswered = [...kept.values()].some(({ answer }) => answer !== undefined);

  function follow(offer: JobRecord, answer: "given" | "taken") {
    setKept((before) => new Map(before).set(jobId(offer), { offer, answer }));
  }

  function dismiss(offer: JobRecord) {
    const id = jobId(offer);
    setDismissed((before) => new Map(before).set(id, versionOf(offer)));
    setKept((before) => new Map([...before].filter(([other]) => other !== id)));
  }

  return (
    <section ref={panel} tabIndex={-1} className={classes.panel} data-tone="info" aria-labelledby={headingId}>
      <div className={classes.head}>
        <IconBellRinging size={22} stroke={1.8} aria-hidden />
        <Title order={2} id={headingId} aria-live="polite">
          {openIds.size > 0
            ? `${counted(openIds.size, "job waits", "jobs wait")} for your answer`
            : isAnswered
              ? "Your answers"
              : "No longer waiting for your answer"}
        </Title>
        <HelpTip about="jobs that wait for your answer">
          You told the bot to ask you first. It accepts such a job when you approve it before the time is over, if
          nobody else was faster. What you do not answer is left alone.
        </HelpTip>
      </div>
      <ul className={classes.offers}>
        {shown.map((offer, index) => {
          const id = jobId(offer);
          return (
            <OfferCard
              key={id}
              offer={offer}
              isOpen={openIds.has(id)}
              place={shown.slice(0, index).map(jobId).join(" ")}
              onOpenJob={() => onOpenJob(id)}
              onAnswer={() => follow(offer, "given")}
              onAnswered={() => follow(offer, "taken")}
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
  /** Whether it still waits for an answer; else it is shown for what came of it. */
  readonly isOpen: boolean;
  /** Another one where the card stands elsewhere. */
  readonly place: string;
  readonly onOpenJob: () => void;
  readonly onAnswer: () => void;
  readonly onAnswered: () => void;
  readonly onDismiss: () => void;
}

/** One offer, and afterwards the job that it became. */
function OfferCard({ offer, isOpen, place, onOpenJob, onAnswer, onAnswered, onDismiss }: OfferCardProps) {
  const isSettled = useSettled(place);
  const { job: found } = useJob(jobId(offer), { isAsked: !isOpen });
  const job = isOpen ? offer : (found ?? offer);
  const title = jobTitle(job);
  return (
    <li className={classes.offer} aria-label={title}>
      <div className={classes.job}>
        <Anchor component="button" type="button" className={classes.title} onClick={onOpenJob}>
          {title}
        </Anchor>
        {!isOpen && (
          <SteadyButton
            size="compact-sm"
            variant="default"
            className={classes.dismiss ?? ""}
            aria-label={`Dismiss: ${title}`}
            isSettled={isSettled}
            onPress={onDismiss}
          >
            Dismiss
          </SteadyButton>
        )}
      </div>
      <p className={classes.facts}>{factsOf(job)}</p>
      <OfferButtons job={job} isSettled={isSettled} onAnswer={onAnswer} onAnswered={onAnswered} />
    </li>
  );
}

/** The job in a line: when, how long, for whom, where. */
function factsOf(job: JobRecord): string {
  return [appointment(job), appointmentDuration(job), job.company_name ?? job.client_name, job.postcode, job.reference]
    .filter((fact) => fact != null && fact !== "")
    .join(" · ");
}

function leftOf(job: JobRecord, now: Date): number {
  return timeLeft(job, now) ?? Infinity;
}

/** The same job offered again has another one. */
function versionOf(offer: JobRecord): string {
  return `${offer.session_id} ${offer.offer_expires_at ?? "for ever"}`;
}
