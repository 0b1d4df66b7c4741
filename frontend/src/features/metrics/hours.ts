import type { AnalyticsPeriod } from "@/api/types";
import { clockTime, endOfLondonDay, startOfLondonDay } from "@/lib/time";

/** What became of the jobs of one hour, over all accounts. */
export interface Hour {
  /** `09:00`, Europe/London. */
  readonly hour: string;
  readonly accepted: number;
  readonly lost: number;
  readonly rejected: number;
}

const HOUR_MS = 3_600_000;

/** Every hour of a London day, also those in which nothing happened; 23 or 25 on the days the clocks change. */
export function hoursOfDay(day: string, periods: readonly AnalyticsPeriod[]): readonly Hour[] {
  const hours: Hour[] = [];
  const end = endOfLondonDay(day).getTime();
  for (let start = startOfLondonDay(day).getTime(); start < end; start += HOUR_MS) {
    const inHour = periods.filter((period) => Date.parse(period.period_start) === start);
    hours.push({
      hour: clockTime(new Date(start)),
      accepted: sum(inHour.map((period) => period.jobs_accepted)),
      lost: sum(inHour.map((period) => period.jobs_lost)),
      rejected: sum(inHour.map((period) => period.jobs_rejected)),
    });
  }
  return hours;
}

/** How many new jobs each language had, the most first. */
export function languagesOf(periods: readonly AnalyticsPeriod[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { languages } of periods) {
    for (const [language, jobs] of Object.entries(languages)) counts.set(language, (counts.get(language) ?? 0) + jobs);
  }
  return [...counts].sort(([one, jobs], [other, others]) => others - jobs || one.localeCompare(other, "en-GB"));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
