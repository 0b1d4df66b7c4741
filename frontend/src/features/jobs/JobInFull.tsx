import { Button, Drawer, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconCheck, IconExternalLink, IconFileUnknown, IconX } from "@tabler/icons-react";
import { useId, useState, type ReactNode } from "react";
import { useJob } from "@/api/requests/find-job";
import { useConfiguration } from "@/api/requests/get-configuration";
import type { JobRecord } from "@/api/types";
import { Empty } from "@/components/Empty";
import { JobStatusLabel } from "@/components/JobStatusLabel";
import { OfferButtons } from "@/components/OfferButtons";
import { LoadProblem } from "@/components/LoadProblem";
import { calendarDay } from "@/lib/time";
import { appointment, appointmentDuration, jobTitle } from "@/messages/job";
import { lossLesson } from "@/messages/loss";
import { ruleName } from "@/messages/rules";
import { ClaimSteps } from "./ClaimSteps";
import { DrawerHead } from "./DrawerHead";
import { jobNarrative } from "./job-narrative";
import classes from "./Jobs.module.css";

/** One job: what became of it, why, how fast, and what it is. Stands in a drawer, whose title it gives. */
export function JobInFull({ id }: { readonly id: string }) {
  const { job, error, isPending, refetch } = useJob(id);
  return (
    <>
      <DrawerHead title={job === undefined ? "Job" : jobTitle(job)} />
      <Drawer.Body>
        {job !== undefined ? (
          <Story key={id} job={job} />
        ) : error !== null ? (
          <LoadProblem what="This job could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : isPending ? (
          <Stack aria-hidden>
            <Skeleton height={28} width="40%" />
            <Skeleton height={120} />
            <Skeleton height={160} />
          </Stack>
        ) : (
          <Empty icon={IconFileUnknown} title="There is no such job">
            The address may be mistyped, or the job belongs to another system.
          </Empty>
        )}
      </Drawer.Body>
    </>
  );
}

function Story({ job }: { readonly job: JobRecord }) {
  const page = webAddress(job.page_url);
  return (
    <>
      <Group justify="space-between" pb="md">
        <Group gap="sm" miw={0}>
          <JobStatusLabel job={job} />
          <Text size="sm" c="dimmed" className={`${classes.reference ?? ""} tabular`}>
            {job.reference}
          </Text>
        </Group>
        {page !== undefined && (
          <Button
            component="a"
            href={page}
            target="_blank"
            rel="noreferrer"
            variant="default"
            size="xs"
            rightSection={<IconExternalLink size={14} aria-hidden />}
          >
            Open on the portal
          </Button>
        )}
      </Group>
      <OfferInDrawer job={job} />
      <Section title="What happened">
        <p className={classes.narrative}>{jobNarrative(job)}</p>
        <ClaimSteps job={job} />
        <Lesson job={job} />
      </Section>
      {job.reasons.length > 0 && (
        <Section title="Why">
          <Text size="sm" c="dimmed" mb="sm">
            {job.verdict === "match" ? "All of your settings say yes." : "At least one of your settings says no."}
          </Text>
          <ul className={classes.rules}>
            {job.reasons.map(({ rule, passed, why }) => (
              <li key={`${rule} ${why}`} className={classes.rule} data-tone={passed ? "good" : "bad"}>
                {passed ? (
                  <IconCheck size={20} stroke={2.2} role="img" aria-label="Yes" />
                ) : (
                  <IconX size={20} stroke={2.2} role="img" aria-label="No" />
                )}
                <span>
                  <Text component="span" display="block" fw={550}>
                    {ruleName(rule)}
                  </Text>
                  <Text component="span" display="block" size="sm" c="dimmed">
                    {why}
                  </Text>
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="The job">
        <dl className={classes.details}>
          {detailsOf(job).map(([name, value]) => (
            <div key={name} className={classes.detail}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}

/** What the owner could change, where a job was lost for a reason that a setting has a part in. */
function Lesson({ job }: { readonly job: JobRecord }) {
  const interval = useConfiguration().data?.configuration.check_interval_seconds;
  const lesson = job.status === "lost" ? lossLesson(job, interval) : undefined;
  return lesson === undefined ? null : <p className={classes.lesson}>{lesson}</p>;
}

/** The answer to an offer; stays after the answer, to say what came of it. */
function OfferInDrawer({ job }: { readonly job: JobRecord }) {
  const [wasOffered, setWasOffered] = useState(false);
  if (job.status === "offered" && !wasOffered) setWasOffered(true);
  if (job.status !== "offered" && !wasOffered) return null;
  return (
    <div className={classes.offer}>
      <OfferButtons job={job} />
    </div>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const headingId = useId();
  return (
    <section className={classes.section} aria-labelledby={headingId}>
      <Text component="h3" id={headingId} size="sm" c="dimmed" fw={550} mt={0} mb="xs">
        {title}
      </Text>
      {children}
    </section>
  );
}

/** What the portal says of the job; what it does not say is left out. */
function detailsOf(job: JobRecord): readonly (readonly [string, string])[] {
  const all: readonly (readonly [string, string | null | undefined])[] = [
    ["Appointment", appointment(job)],
    ["Length", appointmentDuration(job)],
    ["Language", job.language],
    ["Kind", job.kind],
    ["Company", job.company_name],
    ["Client", job.client_name],
    ["Client's reference", job.client_reference],
    ["Address", job.address],
    ["Postcode", job.postcode],
    ["Qualification", job.qualification],
    ["Security check", job.security_check],
    ["Interpreter's gender", job.gender],
    ["Special instructions", job.special_instructions],
    ["Asked for on", job.submitted_on === null ? null : calendarDay(job.submitted_on)],
    ["The portal calls it", job.portal_status],
    ["Session", job.session_id],
  ];
  return all.filter((detail): detail is readonly [string, string] => detail[1] != null && detail[1] !== "");
}

/** The address where it is one of a web page: what a portal shows is not trusted to be a link. */
function webAddress(address: string | null): string | undefined {
  return address !== null && /^https?:\/\//i.test(address) ? address : undefined;
}
