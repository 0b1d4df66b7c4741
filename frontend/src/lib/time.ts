/** Times as an interpreter in the United Kingdom reads them: always Europe/London, whatever the computer says. */
const LONDON = "Europe/London";

const clock = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, hour: "2-digit", minute: "2-digit" });
const clockWithSeconds = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, timeStyle: "medium" });
const clockWithMilliseconds = new Intl.DateTimeFormat("en-GB", {
  timeZone: LONDON,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const dayAndMonth = new Intl.DateTimeFormat("en-GB", { timeZone: LONDON, day: "numeric", month: "short" });
const fullDate = new Intl.DateTimeFormat("en-GB", {
  timeZone: LONDON,
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const isoDay = new Intl.DateTimeFormat("en-CA", { timeZone: LONDON, dateStyle: "short" });
const calendarDate = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const londonParts = new Intl.DateTimeFormat("en-GB", {
  timeZone: LONDON,
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
});

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `10:42` */
export function clockTime(moment: Date): string {
  return clock.format(moment);
}

/** `10:42:07` */
export function clockTimeWithSeconds(moment: Date): string {
  return clockWithSeconds.format(moment);
}

/** `10:42:07.123`, for the steps of a claim, which lie fractions of a second apart. */
export function exactClockTime(moment: Date): string {
  return clockWithMilliseconds.format(moment);
}

/** `Wed, 25 Nov 2026, 10:42:07` */
export function dateAndTime(moment: Date): string {
  return `${fullDate.format(moment)}, ${clockWithSeconds.format(moment)}`;
}

/** `Wed, 25 Nov 2026, 10:42` */
export function dayAndTime(moment: Date): string {
  return `${fullDate.format(moment)}, ${clock.format(moment)}`;
}

/** `10:42` on the same London day as `now`, else `25 Nov, 10:42`. */
export function shortMoment(moment: Date, now: Date): string {
  const time = clock.format(moment);
  return londonDay(moment) === londonDay(now) ? time : `${dayAndMonth.format(moment)}, ${time}`;
}

/** A calendar date that comes without a time, `2026-11-25`, as `Wed, 25 Nov 2026`. */
export function calendarDay(day: string): string {
  return calendarDate.format(new Date(`${day}T00:00:00Z`));
}

/** The London day of a moment as `2026-11-25`. */
export function londonDay(moment: Date): string {
  return isoDay.format(moment);
}

/** The moment at which a London day begins. The clocks there change at 01:00 UTC, so midnight is never ambiguous. */
export function startOfLondonDay(day: string): Date {
  const midnightUtc = new Date(`${day}T00:00:00Z`).getTime();
  return new Date(midnightUtc - londonOffset(midnightUtc));
}

/** The moment at which a London day ends: the next one's beginning. */
export function endOfLondonDay(day: string): Date {
  const nextDay = new Date(`${day}T00:00:00Z`);
  nextDay.setUTCDate(nextDay.getUTCDate() + 1);
  return startOfLondonDay(nextDay.toISOString().slice(0, 10));
}

/** How far London is ahead of UTC at a moment, in milliseconds. */
function londonOffset(moment: number): number {
  const part = Object.fromEntries(londonParts.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const wallClock = Date.UTC(part.year ?? 0, (part.month ?? 1) - 1, part.day, part.hour, part.minute);
  return wallClock - Math.floor(moment / MINUTE) * MINUTE;
}

/** How long ago, in the fewest words: `just now`, `12 s ago`, `3 min ago`, `2 h ago`, then the date. */
export function ago(moment: Date, now: Date): string {
  const age = now.getTime() - moment.getTime();
  if (age < 2 * SECOND) return "just now";
  if (age < MINUTE) return `${String(Math.floor(age / SECOND))} s ago`;
  if (age < HOUR) return `${String(Math.floor(age / MINUTE))} min ago`;
  if (age < DAY) return `${String(Math.floor(age / HOUR))} h ago`;
  return dayAndMonth.format(moment);
}

/** How long ago to a tenth of a second, for what happens several times a second: `0.3 s ago`. */
export function agoExactly(moment: Date, now: Date): string {
  const age = Math.max(0, now.getTime() - moment.getTime());
  return age < 10 * SECOND ? `${(age / SECOND).toFixed(1)} s ago` : ago(moment, now);
}

/** A span of time between two steps of a claim: `41 ms`, `0.42 s`, `12.3 s`, `3 min 5 s`, `2 h 10 min`. */
export function span(milliseconds: number): string {
  if (milliseconds < 100) return `${String(Math.round(milliseconds))} ms`;
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(2)} s`;
  if (milliseconds < MINUTE) return `${(milliseconds / SECOND).toFixed(1)} s`;
  if (milliseconds < HOUR) {
    const seconds = Math.round(milliseconds / SECOND);
    return joined(Math.floor(seconds / 60), "min", seconds % 60, "s");
  }
  const minutes = Math.round(milliseconds / MINUTE);
  if (milliseconds < DAY) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(milliseconds / HOUR);
  return joined(Math.floor(hours / 24), hours < 48 ? "day" : "days", hours % 24, "h");
}

/** How long something has been going on, in whole seconds: `46 s`, `2 h 10 min`. */
export function runningTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
  return seconds < 60 ? `${String(seconds)} s` : span(seconds * SECOND);
}

/** The length of an appointment: `1 h 30 min`. */
export function appointmentLength(minutes: number): string {
  return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const parts = [];
  if (large > 0) parts.push(`${String(large)} ${largeUnit}`);
  if (small > 0 || large === 0) parts.push(`${String(small)} ${smallUnit}`);
  return parts.join(" ");
}
