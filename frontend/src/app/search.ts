import type { JobFilters } from "@/api/query-keys";
import { JOB_STATUSES } from "@/messages/job-status";

/** What stands in an address is somebody's typing: what cannot be used is left out. */
type Search = Record<string, unknown>;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Which job's drawer is open, by its `jobId`. */
export function openJob({ job }: Search): { job?: string } {
  const id = text(job);
  return id === undefined ? {} : { job: id };
}

/** Which jobs the table shows. */
export function jobFilters(search: Search): JobFilters {
  const status = JOB_STATUSES.find((known) => known === search.status);
  const language = text(search.language);
  const kind = text(search.kind);
  const words = text(search.search);
  const [from, to] = inOrder(day(search.from), day(search.to));
  return {
    ...(status === undefined ? {} : { status }),
    ...(language === undefined ? {} : { language }),
    ...(kind === undefined ? {} : { kind }),
    ...(words === undefined ? {} : { search: words }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function text(value: unknown): string | undefined {
  // The router reads ?search=10432 as a number.
  const written = typeof value === "number" ? String(value) : value;
  return typeof written === "string" && written !== "" ? written.slice(0, 200) : undefined;
}

function day(value: unknown): string | undefined {
  if (typeof value !== "string" || !DAY.test(value)) return undefined;
  const moment = new Date(`${value}T00:00:00Z`);
  // 31 February is read as a day of March
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value) ? value : undefined;
}

/** A first day after the last one would find nothing, and no field could show it. */
function inOrder(from: string | undefined, to: string | undefined): readonly [string | undefined, string | undefined] {
  return from !== undefined && to !== undefined && from > to ? [to, from] : [from, to];
}
