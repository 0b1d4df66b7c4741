import { Table, Text, UnstyledButton } from "@mantine/core";
import { jobId } from "@/api/job-id";
import type { JobRecord } from "@/api/types";
import { JobStatusLabel } from "@/components/JobStatusLabel";
import { Moment } from "@/components/Moment";
import { useIsFresh } from "@/lib/use-now";
import { appointment, appointmentDuration, happenedAt, jobTitle } from "@/messages/job";
import { FRESH_MS } from "./fresh";
import classes from "./Jobs.module.css";
import { outcomeInShort } from "./outcome";

export interface JobsProps {
  readonly jobs: readonly JobRecord[];
  /** The owner wants to see a job, given by its `jobId`. */
  readonly onOpenJob: (id: string) => void;
}

/** The jobs in rows, for wide screens. */
export function JobsTable({ jobs, onOpenJob }: JobsProps) {
  return (
    <div className={classes.surface}>
      <Table className={classes.table} verticalSpacing="sm" horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Job</Table.Th>
            <Table.Th scope="col">Appointment</Table.Th>
            <Table.Th scope="col">What the bot did</Table.Th>
            <Table.Th scope="col">Seen</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <JobRow key={jobId(job)} job={job} onOpenJob={onOpenJob} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

interface JobRowProps {
  readonly job: JobRecord;
  readonly onOpenJob: (id: string) => void;
}

function JobRow({ job, onOpenJob }: JobRowProps) {
  const isFresh = useIsFresh(happenedAt(job), FRESH_MS);
  return (
    <Table.Tr className={classes.row} data-fresh={isFresh}>
      <Table.Td>
        {/* The button's area is the whole row; for the keyboard and the screen reader it is the job's name. */}
        <UnstyledButton className={classes.opener} onClick={() => onOpenJob(jobId(job))}>
          {jobTitle(job)}
        </UnstyledButton>
        <Text size="sm" c="dimmed" className="tabular">
          {job.reference}
        </Text>
      </Table.Td>
      <Table.Td>
        <span className="tabular">{appointment(job)}</span>
        <Text size="sm" c="dimmed">
          {appointmentDuration(job)}
        </Text>
      </Table.Td>
      <Table.Td className={classes.outcome}>
        <JobStatusLabel job={job} />
        <Text size="sm" c="dimmed" lineClamp={2}>
          {outcomeInShort(job)}
        </Text>
      </Table.Td>
      <Table.Td className={classes.seen}>
        <Moment at={job.seen_at} />
      </Table.Td>
    </Table.Tr>
  );
}
