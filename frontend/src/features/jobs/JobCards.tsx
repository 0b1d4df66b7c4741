import { UnstyledButton } from "@mantine/core";
import { jobId } from "@/api/job-id";
import type { JobRecord } from "@/api/types";
import { JobStatusLabel } from "@/components/JobStatusLabel";
import { Moment } from "@/components/Moment";
import { useIsFresh } from "@/lib/use-now";
import { appointment, appointmentDuration, happenedAt, jobTitle } from "@/messages/job";
import { FRESH_MS } from "./fresh";
import classes from "./Jobs.module.css";
import type { JobsProps } from "./JobsTable";
import { outcomeInShort } from "./outcome";

/** The jobs as cards, for phones. */
export function JobCards({ jobs, onOpenJob }: JobsProps) {
  return (
    <ul className={classes.cards}>
      {jobs.map((job) => (
        <li key={jobId(job)}>
          <JobCard job={job} onOpen={() => onOpenJob(jobId(job))} />
        </li>
      ))}
    </ul>
  );
}

function JobCard({ job, onOpen }: { readonly job: JobRecord; readonly onOpen: () => void }) {
  const isFresh = useIsFresh(happenedAt(job), FRESH_MS);
  const duration = appointmentDuration(job);
  return (
    <UnstyledButton className={classes.card} data-fresh={isFresh} onClick={onOpen}>
      <span className={classes.cardHead}>
        <JobStatusLabel job={job} />
        <span className={classes.seen}>
          <Moment at={job.seen_at} />
        </span>
      </span>
      <span className={classes.cardTitle}>{jobTitle(job)}</span>
      <span className={classes.cardLine}>
        {appointment(job)}
        {duration !== undefined && `, ${duration}`}
      </span>
      <span className={classes.cardText}>{outcomeInShort(job)}</span>
    </UnstyledButton>
  );
}
