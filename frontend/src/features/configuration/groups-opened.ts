import { createContext } from "react";
import type { FieldName } from "./settings";

interface Opened {
  readonly groups: readonly string[];
  readonly onChange: (groups: string[]) => void;
}

/** Which groups are open. */
export const OpenedContext = createContext<Opened>({ groups: [], onChange: () => undefined });

/** Which settings stand in which group, so that a group opens where one of them is wrong. */
export const GROUP_FIELDS: Readonly<Record<string, readonly FieldName[]>> = {
  languages: ["languages", "exclude_languages"],
  clients: ["clients", "exclude_clients"],
  places: ["places", "exclude_places"],
  words: ["words_wanted", "words_excluded"],
  required: ["required_fields"],
  dates: ["dates", "exclude_dates"],
  weeklyHours: ["weekly_hours"],
  notice: ["minimum_notice_minutes", "shortest_minutes", "longest_minutes"],
  gaps: ["gap_around_jobs_minutes", "gap_around_events_minutes"],
  caps: [
    "max_accept_per_pass",
    "max_accept_per_day",
    "max_accept_hours_per_day",
    "max_accept_per_week",
    "max_accept_hours_per_week",
  ],
  prefer: ["prefer"],
  openingHours: ["opening_hours"],
  pace: ["jitter", "follow_rhythm", "requests_per_minute"],
  browser: ["lane", "browser"],
};

/** The group that a setting stands in; undefined where it is always in sight. */
export function groupOf(field: FieldName): string | undefined {
  return Object.entries(GROUP_FIELDS).find(([, fields]) => fields.includes(field))?.[0];
}
