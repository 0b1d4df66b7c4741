import type { JobStatus } from "@/api/types";
import { JOB_STATUS } from "@/words/job-status";
import { ToneLabel } from "./ToneLabel";

/** A job's outcome in the owner's words. */
export function JobStatusLabel({ status }: { readonly status: JobStatus }) {
  const { label, tone, icon } = JOB_STATUS[status];
  return (
    <ToneLabel tone={tone} icon={icon}>
      {label}
    </ToneLabel>
  );
}
