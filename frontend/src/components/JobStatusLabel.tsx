import type { JobRecord } from "@/api/types";
import { jobStatusWords } from "@/messages/job-status";
import { ToneLabel } from "./ToneLabel";

/** A job's outcome in the owner's words. */
export function JobStatusLabel({ job }: { readonly job: JobRecord }) {
  const { label, tone, icon } = jobStatusWords(job);
  return (
    <ToneLabel tone={tone} icon={icon}>
      {label}
    </ToneLabel>
  );
}
