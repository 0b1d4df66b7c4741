import type { BotConfiguration, ConfigurationChange, FieldProblem } from "@/api/types";
import { listed } from "@/lib/numbers";

type Numbers = {
  [Name in keyof BotConfiguration]: BotConfiguration[Name] extends number | null ? Name : never;
}[keyof BotConfiguration];

/** The settings as they stand in the form's fields: those of the API, but a number can be empty or half typed. */
export type Values = {
  readonly [Name in keyof BotConfiguration]: Name extends Numbers
    ? BotConfiguration[Name] | string
    : BotConfiguration[Name];
};

export type FieldName = keyof Values;
export type NumberName = Numbers;

/** What is wrong with which field, in words; `weekly_hours.0.end` is the end of the first entry of a list. */
export type FieldErrors = Readonly<Record<string, string>>;

/** The order of the form; the first field that is wrong gets the focus. */
export const FIELDS: readonly FieldName[] = [
  "mode",
  "offer_deadline_seconds",
  "reject_excluded",
  "job_type_filter",
  "exclude_types",
  "languages",
  "exclude_languages",
  "clients",
  "exclude_clients",
  "places",
  "exclude_places",
  "words_wanted",
  "words_excluded",
  "required_fields",
  "dates",
  "exclude_dates",
  "weekly_hours",
  "minimum_notice_minutes",
  "shortest_minutes",
  "longest_minutes",
  "gap_around_jobs_minutes",
  "gap_around_events_minutes",
  "max_accept_per_run",
  "max_accept_per_pass",
  "max_accept_per_day",
  "max_accept_hours_per_day",
  "max_accept_per_week",
  "max_accept_hours_per_week",
  "prefer",
  "check_interval_seconds",
  "opening_hours",
  "jitter",
  "follow_rhythm",
  "requests_per_minute",
  "lane",
  "browser",
];

interface Limits {
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
  /** No number means no limit. */
  readonly isOptional: boolean;
  readonly words: string;
  /** How the field says "no limit", where that is not by being empty. */
  readonly noLimit?: string;
}

const FOUR_WEEKS = 28 * 24 * 60;
const JOBS = { least: 0, most: 10_000, isWhole: true, isOptional: true, words: "a whole number from 0 to 10,000" };
const HOURS = { least: 0.01, most: 168, isWhole: false, isOptional: true, words: "more than 0 and at most 168 hours" };
const MINUTES = {
  least: 0,
  most: FOUR_WEEKS,
  isWhole: true,
  isOptional: true,
  words: "whole minutes, at most 40,320 (four weeks)",
};

/** `BotConfiguration` in the contract has these limits; the control plane has the last word. */
export const LIMITS: Readonly<Record<NumberName, Limits>> = {
  offer_deadline_seconds: {
    least: 5,
    most: 86_400,
    isWhole: false,
    isOptional: false,
    words: "from 5 seconds to 86,400 seconds (a day)",
  },
  check_interval_seconds: {
    least: 0.2,
    most: 3600,
    isWhole: false,
    isOptional: false,
    words: "from 0.2 seconds to 3,600 seconds (an hour)",
  },
  jitter: { least: 0, most: 0.9, isWhole: false, isOptional: false, words: "from 0 % to 90 %" },
  requests_per_minute: {
    least: 10,
    most: 6000,
    isWhole: true,
    isOptional: false,
    words: "a whole number from 10 to 6,000",
  },
  max_accept_per_run: { ...JOBS, noLimit: "or switch “No limit” on" },
  max_accept_per_pass: JOBS,
  max_accept_per_day: JOBS,
  max_accept_per_week: JOBS,
  max_accept_hours_per_day: HOURS,
  max_accept_hours_per_week: HOURS,
  minimum_notice_minutes: MINUTES,
  shortest_minutes: MINUTES,
  longest_minutes: MINUTES,
  gap_around_jobs_minutes: { ...MINUTES, isOptional: false },
  gap_around_events_minutes: { ...MINUTES, isOptional: false },
};

/** What is proposed where the owner takes "no limit" away. */
export const PROPOSED_CAP = 5;

/** Lists in which the order means nothing. */
const UNORDERED: ReadonlySet<FieldName> = new Set<FieldName>([
  "exclude_types",
  "exclude_languages",
  "clients",
  "exclude_clients",
  "places",
  "exclude_places",
  "required_fields",
]);

/** What the owner changed and has not saved: the fields of the draft that differ from what is saved. */
export function unsaved(saved: Values, draft: Partial<Values>): Partial<Values> {
  const preferred = [...saved.prefer, ...(draft.prefer ?? [])];
  const isUnordered = (name: FieldName) =>
    UNORDERED.has(name) ||
    // these are preferred in the order in which they are listed, where that is asked for
    (name === "job_type_filter" && !preferred.includes("kind")) ||
    (name === "languages" && !preferred.includes("language"));
  return Object.fromEntries(
    FIELDS.filter(
      (name) =>
        draft[name] !== undefined &&
        written(draft[name], isUnordered(name)) !== written(saved[name], isUnordered(name)),
    ).map((name) => [name, draft[name]]),
  );
}

function written(value: Values[FieldName], isUnordered: boolean): string {
  return JSON.stringify(isUnordered && Array.isArray(value) ? [...value].sort() : value);
}

/** What the control plane would refuse, found before asking it. */
export function check(values: Values): FieldErrors {
  return {
    ...Object.fromEntries(
      (Object.keys(LIMITS) as NumberName[])
        .filter((name) => !isWithin(values[name], LIMITS[name]))
        .map((name) => [name, wrongNumber(LIMITS[name])]),
    ),
    ...contradictions(values, "job_type_filter", "exclude_types"),
    ...contradictions(values, "languages", "exclude_languages"),
    ...contradictions(values, "places", "exclude_places"),
    ...contradictions(values, "clients", "exclude_clients"),
    ...wrongLengths(values),
    ...wrongDates(values, "dates"),
    ...wrongDates(values, "exclude_dates"),
    ...wrongHours(values, "weekly_hours"),
    ...wrongHours(values, "opening_hours"),
    ...wrongWords(values, "words_wanted"),
    ...wrongWords(values, "words_excluded"),
  };
}

function isWithin(value: number | string | null, { least, most, isWhole, isOptional }: Limits): boolean {
  if (value === null) return isOptional;
  return typeof value === "number" && value >= least && value <= most && (!isWhole || Number.isInteger(value));
}

function wrongNumber({ words, isOptional, noLimit = "or leave it empty for no limit" }: Limits): string {
  return `Choose ${words}${isOptional ? `, ${noLimit}` : ""}.`;
}

/** Two spellings of one name have this in common, as in the contract's `kind_key`. */
function key(name: string): string {
  return name.replaceAll(/[-_]/g, " ").toLocaleLowerCase("en-GB").split(/\s+/).filter(Boolean).join(" ");
}

type Lists = "languages" | "places" | "clients" | "job_type_filter";

function contradictions(
  values: Values,
  wanted: Lists,
  excluded: "exclude_languages" | "exclude_places" | "exclude_clients" | "exclude_types",
): FieldErrors {
  const keys = new Set(values[wanted].map(key));
  const both = values[excluded].filter((name) => keys.has(key(name)));
  if (both.length === 0) return {};
  const message = `${listed(both)} cannot be wanted and excluded at the same time; remove it from one list.`;
  return { [wanted]: message, [excluded]: message };
}

function wrongLengths({ shortest_minutes: shortest, longest_minutes: longest }: Values): FieldErrors {
  if (typeof shortest !== "number" || typeof longest !== "number" || shortest <= longest) return {};
  return { longest_minutes: `No job can take at least ${String(shortest)} and at most ${String(longest)} minutes.` };
}

function wrongDates(values: Values, name: "dates" | "exclude_dates"): FieldErrors {
  return found(values[name], name, ({ first, last }) => {
    if (first === null && last === null) return ["first", "Choose a first day, a last day, or both."];
    if (first !== null && last !== null && last < first) return ["last", "The last day lies before the first one."];
    return undefined;
  });
}

function wrongHours(values: Values, name: "weekly_hours" | "opening_hours"): FieldErrors {
  return found(values[name], name, ({ days, start, end }) => {
    if (days.length === 0) return ["days", "Tick at least one day."];
    if (start === "") return ["start", "Write a time like 09:00."];
    if (end === "") return ["end", "Write a time like 17:00."];
    if (start === end && !isMidnight(start)) {
      return ["end", "Start and end are the same; for the whole day write 00:00 in both."];
    }
    return undefined;
  });
}

function wrongWords(values: Values, name: "words_wanted" | "words_excluded"): FieldErrors {
  return found(values[name], name, ({ words }) => {
    if (words.length === 0) return ["words", "Write at least one word."];
    const empty = words.find((word) => !/[\p{L}\p{N}]/u.test(word));
    return empty === undefined
      ? undefined
      : ["words", `“${empty}” has no letter or digit in it, so it could never be found.`];
  });
}

function found<Entry>(
  entries: readonly Entry[],
  name: FieldName,
  wrong: (entry: Entry) => readonly [string, string] | undefined,
): FieldErrors {
  return Object.fromEntries(
    entries.flatMap((entry, index) => {
      const problem = wrong(entry);
      return problem === undefined ? [] : [[`${name}.${String(index)}.${problem[0]}`, problem[1]]];
    }),
  );
}

export function isMidnight(time: string): boolean {
  return time.startsWith("00:00");
}

/** The change to send; only for values in which `check` found nothing, so that no number is half typed. */
export function changeOf(draft: Partial<Values>): ConfigurationChange {
  return draft as ConfigurationChange;
}

/** Which field a problem's path is about; undefined where it is none of the form's. */
export function fieldOf(path: string): FieldName | undefined {
  return FIELDS.find((known) => known === path.split(".")[0]);
}

/** The control plane's field problems, sorted into those of the form's fields and those of the whole. */
export function sortProblems(problems: readonly FieldProblem[]): {
  readonly fields: FieldErrors;
  readonly others: readonly string[];
} {
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const { field, message } of problems) {
    if (fieldOf(field) === undefined) others.push(message);
    else fields[field] = fields[field] === undefined ? message : `${fields[field]} ${message}`;
  }
  return { fields, others };
}

/** What is wrong with a field and not with one of its entries; of a list of words also what is wrong with a word. */
export function errorOf(errors: FieldErrors, name: string): string | undefined {
  const messages = Object.entries(errors)
    .filter(([path]) => path === name || (/^\.\d+$/.test(path.slice(name.length)) && path.startsWith(name)))
    .map(([, message]) => message);
  return messages.length === 0 ? undefined : messages.join(" ");
}

/** What the two lists of kinds mean together. */
export function inShort(wanted: readonly string[], excluded: readonly string[]): string {
  if (wanted.length > 0) return `The bot accepts ${listed(wanted)} and nothing else.`;
  if (excluded.length > 0) return `The bot accepts every kind except ${listed(excluded)}.`;
  return "The bot accepts every kind.";
}
