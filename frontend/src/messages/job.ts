import type { JobRecord } from "@/api/types";
import { appointmentLength, calendarDay, span } from "@/lib/time";

/** `Polish, Telephone Interpreting`; the reference where the portal shows neither. */
export function jobTitle(job: JobRecord): string {
  const parts = [job.language, job.kind].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(", ") : `Job ${job.reference}`;
}

/** `Wed, 25 Nov 2026, 09:30`; the portal's own wall clock, so it is not converted. */
export function appointment(job: JobRecord): string {
  if (job.appointment_date === null) return "Date not given";
  const time = job.appointment_time === null ? "time not given" : job.appointment_time.slice(0, 5);
  return `${calendarDay(job.appointment_date)}, ${time}`;
}

/** `1 h 30 min`, or undefined where the portal does not say. */
export function appointmentDuration(job: JobRecord): string | undefined {
  return job.duration_minutes === null ? undefined : appointmentLength(job.duration_minutes);
}

/** When the job came into the state that it is in. A confirmed job that is looked at once more has not happened again. */
export function happenedAt(job: JobRecord): string {
  switch (job.status) {
    case "accepted":
    case "lost":
      return job.confirmed_at ?? job.updated_at;
    case "rejected":
      return job.decided_at ?? job.updated_at;
    case "pending":
    case "unknown":
    case "taken_back":
    case "offered":
    case "watched":
    case "given":
    case "declined":
      return job.updated_at;
  }
}

/** From the bot's first sight of a job to having it, in words; an approved offer waited for its owner in between. */
export function howFast(job: JobRecord): string | undefined {
  if (wasOffered(job)) return "after you approved it";
  const speed = between(job.seen_at, job.confirmed_at);
  return speed === undefined ? undefined : `${span(speed)} after the bot saw it`;
}

/** Whether the job waited for the owner's answer. */
export function wasOffered(job: JobRecord): boolean {
  return job.offer_expires_at !== null;
}

/** The time from one step of a claim to another in milliseconds; undefined where one of them was not taken. */
export function between(earlier: string | null, later: string | null): number | undefined {
  if (earlier === null || later === null) return undefined;
  return Math.max(0, Date.parse(later) - Date.parse(earlier));
}
