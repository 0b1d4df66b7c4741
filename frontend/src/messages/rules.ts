/** Rules of a decision and settings that they come from: most have the same name. */
const RULE_NAME: Readonly<Record<string, string>> = {
  portal_status: "Offered on the portal",
  mode: "What to do with a match",
  job_type_filter: "Kinds that you accept",
  exclude_types: "Kinds that you never accept",
  languages: "Languages that you accept",
  exclude_languages: "Languages that you never accept",
  required_fields: "What a job has to show",
  starts_in_the_future: "Still to come",
  minimum_notice: "Notice before the start",
  dates: "Dates",
  exclude_dates: "Dates that you keep free",
  weekly_hours: "Days and hours",
  shortest_minutes: "Shortest length",
  longest_minutes: "Longest length",
  places: "Places",
  exclude_places: "Places that you never go to",
  words_wanted: "Words that you look for",
  words_excluded: "Words that you avoid",
  clients: "Clients that you accept",
  exclude_clients: "Clients that you never accept",
  no_overlap: "Free in your calendar",
  max_accept_per_run: "Limit for a session",
  max_accept_per_pass: "Limit for one look at the board",
  max_accept_per_day: "Limit for a day",
  max_accept_per_week: "Limit for a week",
  max_accept_hours_per_day: "Limit of hours for a day",
  max_accept_hours_per_week: "Limit of hours for a week",
  minimum_notice_minutes: "Notice before the start, in minutes",
  gap_around_jobs_minutes: "Minutes free between two jobs",
  gap_around_events_minutes: "Minutes free around your calendar's entries",
  prefer: "Taken first when not everything can be taken",
};

/** A rule's name in the owner's words; one that this dashboard does not know yet is shown as it is, readable. */
export function ruleName(rule: string): string {
  const known = RULE_NAME[rule];
  if (known !== undefined) return known;
  const words = rule.replaceAll("_", " ");
  return words.charAt(0).toLocaleUpperCase("en-GB") + words.slice(1);
}
