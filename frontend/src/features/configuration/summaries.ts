import type { DateSpan, Preference, Weekday, WeeklyHours, WordRule } from "@/api/types";
import { listed } from "@/lib/numbers";
import { appointmentLength, calendarDay } from "@/lib/time";
import { fieldLabel } from "./job-fields";
import { isMidnight, type Values } from "./settings";

export const WEEKDAYS: readonly Weekday[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

export const PREFERENCE: Readonly<Record<Preference, string>> = {
  soonest: "The job that starts first",
  latest: "The job that starts last",
  longest: "The longest job",
  shortest: "The shortest job",
  kind: "Kinds in the order in which you ticked them",
  language: "Languages in the order in which you listed them",
};

export const PREFERENCES = Object.keys(PREFERENCE) as readonly Preference[];

/** `Mon`; in full: `Monday`. */
export function dayName(day: Weekday, length: "short" | "full" = "short"): string {
  const name = day.charAt(0).toUpperCase() + day.slice(1);
  return length === "full" ? name : name.slice(0, 3);
}

/** What is set in each group, in one line, so that a closed group hides nothing. */
export const SUMMARY = {
  languages: ({ languages, exclude_languages }: Values) => wantedAndNot(languages, exclude_languages, "Any language"),
  clients: ({ clients, exclude_clients }: Values) => wantedAndNot(clients, exclude_clients, "Any client"),
  places: ({ places, exclude_places }: Values) => wantedAndNot(places, exclude_places, "Anywhere"),
  words: ({ words_wanted, words_excluded }: Values) =>
    joined([words_wanted.map(ruleInShort).join("; "), ...words_excluded.map((rule) => `not ${ruleInShort(rule)}`)]) ||
    "No words are looked for",
  required: ({ required_fields }: Values) =>
    required_fields.length === 0 ? "Nothing is insisted on" : listed(required_fields.map(fieldLabel)),
  dates: ({ dates, exclude_dates }: Values) =>
    joined([dates.map(spanInShort).join("; "), ...exclude_dates.map((span) => `not ${spanInShort(span)}`)]) ||
    "Any date",
  weeklyHours: ({ weekly_hours }: Values) => weekly_hours.map(hoursInShort).join("; ") || "Any day and hour",
  notice: ({ minimum_notice_minutes, shortest_minutes, longest_minutes }: Values) =>
    joined([
      minutes(minimum_notice_minutes, (length) => `at least ${length} before the start`),
      minutes(shortest_minutes, (length) => `no shorter than ${length}`),
      minutes(longest_minutes, (length) => `no longer than ${length}`),
    ]) || "Any notice, any length",
  gaps: ({ gap_around_jobs_minutes, gap_around_events_minutes }: Values) =>
    joined([
      minutes(gap_around_jobs_minutes, (length) => `${length} between two jobs`),
      minutes(gap_around_events_minutes, (length) => `${length} around your calendar's entries`),
    ]) || "No free time is kept; jobs never overlap",
  caps: (values: Values) =>
    joined([
      cap(values.max_accept_per_pass, "job", "in one look at the board"),
      cap(values.max_accept_per_day, "job", "a day"),
      cap(values.max_accept_hours_per_day, "hour", "a day"),
      cap(values.max_accept_per_week, "job", "a week"),
      cap(values.max_accept_hours_per_week, "hour", "a week"),
    ]) || "No further limits",
  prefer: ({ prefer }: Values) =>
    prefer.length === 0 ? "Whatever comes first" : prefer.map((one) => PREFERENCE[one]).join(", then "),
  openingHours: ({ opening_hours }: Values) => opening_hours.map(hoursInShort).join("; ") || "Always",
  pace: ({ jitter, follow_rhythm, requests_per_minute }: Values) =>
    joined([
      typeof requests_per_minute === "number"
        ? `at most ${requests_per_minute.toLocaleString("en-GB")} requests a minute`
        : "",
      follow_rhythm ? "more often when jobs usually come" : "evenly over the day",
      typeof jitter === "number" && jitter > 0 ? `varied by ${String(Math.round(jitter * 100))} %` : "",
    ]),
  browser: ({ lane, browser }: Values) =>
    joined([
      LANE[lane].short,
      browser === "sleep" ? "the browser sleeps when it is not needed" : "the browser stays open",
    ]),
} as const;

export const LANE: Readonly<Record<Values["lane"], { readonly label: string; readonly short: string }>> = {
  auto: { label: "The fastest way that works", short: "the fastest way that works" },
  http: { label: "Directly, without a browser (fastest)", short: "directly" },
  page: { label: "Through a browser, with real clicks", short: "through a browser" },
};

export function hoursInShort({ days, start, end }: WeeklyHours): string {
  const when = isMidnight(start) && isMidnight(end) ? "all day" : `${start.slice(0, 5)} to ${end.slice(0, 5)}`;
  return `${daysInShort(days)} ${when}`;
}

function daysInShort(days: readonly Weekday[]): string {
  const indices = WEEKDAYS.flatMap((day, index) => (days.includes(day) ? [index] : []));
  const first = indices[0];
  const last = indices.at(-1);
  if (first === undefined || last === undefined) return "no day";
  if (indices.length === WEEKDAYS.length) return "Every day";
  const isRow = indices.length > 2 && last - first === indices.length - 1;
  const name = (index: number) => dayName(WEEKDAYS[index] ?? "monday");
  return isRow ? `${name(first)} to ${name(last)}` : indices.map(name).join(", ");
}

export function spanInShort({ first, last }: DateSpan): string {
  if (first === null && last === null) return "no day yet";
  if (first === null) return `until ${calendarDay(last ?? "")}`;
  if (last === null) return `from ${calendarDay(first)}`;
  return first === last ? calendarDay(first) : `${calendarDay(first)} to ${calendarDay(last)}`;
}

function ruleInShort({ words, fields }: WordRule): string {
  const quoted = listed(
    words.map((word) => `“${word}”`),
    "or",
  );
  return fields.length === 0
    ? quoted
    : `${quoted} in ${listed(
        fields.map((name) => fieldLabel(name).toLowerCase()),
        "or",
      )}`;
}

function wantedAndNot(wanted: readonly string[], excluded: readonly string[], any: string): string {
  const only = wanted.length === 0 ? any : `Only ${listed(wanted, "or")}`;
  return excluded.length === 0 ? only : `${only}; never ${listed(excluded, "or")}`;
}

function minutes(value: number | string | null, say: (length: string) => string): string {
  return typeof value === "number" && value > 0 ? say(appointmentLength(value)) : "";
}

function cap(value: number | string | null, what: string, per: string): string {
  return typeof value === "number" ? `${String(value)} ${what}${value === 1 ? "" : "s"} ${per}` : "";
}

function joined(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== "").join("; ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
