import { Panel } from "@/components/Panel";
import { DateSpansField } from "../fields/DateSpansField";
import { NumberField } from "../fields/NumberField";
import { WeeklyHoursField } from "../fields/WeeklyHoursField";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import classes from "../Settings.module.css";
import { SUMMARY } from "../summaries";

/** Days, hours, notice, length and the time between jobs. */
export function When() {
  const { values } = useForm();
  return (
    <Panel title="When" help="All times are London's, as on the portal.">
      <Groups>
        <SettingsGroup name="weeklyHours" title="Days and hours" summary={SUMMARY.weeklyHours(values)}>
          <WeeklyHoursField
            name="weekly_hours"
            label="Accept a job only within these hours"
            description="The whole appointment has to lie within one of these. With none, any day and hour will do."
          />
        </SettingsGroup>
        <SettingsGroup name="dates" title="Dates" summary={SUMMARY.dates(values)}>
          <DateSpansField
            name="dates"
            label="Accept jobs on these dates only"
            description="With none, any date will do. Leave one of the two days empty for “from” or “until”."
          />
          <DateSpansField
            name="exclude_dates"
            label="Keep these dates free"
            description="Holidays, for example. Both days are included."
          />
        </SettingsGroup>
        <SettingsGroup name="notice" title="Notice and length" summary={SUMMARY.notice(values)}>
          <div className={classes.numbers}>
            <NumberField
              name="minimum_notice_minutes"
              label="Notice before the start"
              description="Jobs that start sooner are left alone. 60 minutes are an hour."
              unit="minutes"
              one="minute"
              step={15}
            />
            <NumberField
              name="shortest_minutes"
              label="Shortest job"
              description="Shorter jobs are left alone."
              unit="minutes"
              one="minute"
              step={15}
            />
            <NumberField
              name="longest_minutes"
              label="Longest job"
              description="Longer jobs are left alone."
              unit="minutes"
              one="minute"
              step={15}
            />
          </div>
        </SettingsGroup>
        <SettingsGroup name="gaps" title="Free time between jobs" summary={SUMMARY.gaps(values)}>
          <div className={classes.numbers}>
            <NumberField
              name="gap_around_jobs_minutes"
              label="Between two jobs"
              description="For a rest or the way. Jobs never overlap, whatever you write here."
              unit="minutes"
              one="minute"
              step={15}
            />
            <NumberField
              name="gap_around_events_minutes"
              label="Around entries of your calendars"
              description="Before and after what stands in the calendars that you connected."
              unit="minutes"
              one="minute"
              step={15}
            />
          </div>
        </SettingsGroup>
      </Groups>
    </Panel>
  );
}
