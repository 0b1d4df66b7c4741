import { Checkbox, NumberInput, Radio, Stack, Switch, Text } from "@mantine/core";
import type { Mode } from "@/api/types";
import { Panel } from "@/components/Panel";
import { MODE } from "@/words/mode";
import { DateSpansField } from "./fields/DateSpansField";
import { KindsField } from "./fields/KindsField";
import { NumberField } from "./fields/NumberField";
import { PreferField } from "./fields/PreferField";
import { WeeklyHoursField } from "./fields/WeeklyHoursField";
import { WordListField } from "./fields/WordListField";
import { WordRulesField } from "./fields/WordRulesField";
import { useForm } from "./form";
import { Groups, SettingsGroup } from "./Groups";
import { fieldLabel, REQUIRABLE_FIELDS } from "./job-fields";
import { inShort, LIMITS, PROPOSED_CAP } from "./settings";
import classes from "./Settings.module.css";
import { LANE, SUMMARY } from "./summaries";

const MODES = Object.keys(MODE) as readonly Mode[];
const LANES = Object.keys(LANE) as readonly (keyof typeof LANE)[];

/** Every setting, in groups; the ones that most people need are in sight, the others a press away. */
export function AllSettings() {
  return (
    <>
      <WhatToDo />
      <WhichJobs />
      <When />
      <HowMany />
      <WhatFirst />
      <HowItWatches />
      <TheBrowser />
    </>
  );
}

function WhatToDo() {
  const { values, set, errorAt } = useForm();
  return (
    <Panel title="What to do with a job that matches">
      <Stack gap="lg">
        <Radio.Group
          data-field="mode"
          label="When every setting on this page says yes to a job"
          value={values.mode}
          error={errorAt("mode")}
          onChange={(chosen) => {
            const mode = MODES.find((known) => known === chosen);
            if (mode !== undefined) set({ mode });
          }}
        >
          <Stack gap="sm" mt="sm">
            {MODES.map((mode) => (
              <Radio key={mode} value={mode} label={MODE[mode].label} description={MODE[mode].meaning} />
            ))}
          </Stack>
        </Radio.Group>
        {values.mode === "ask" && (
          <div className={classes.numbers}>
            <NumberField
              name="offer_deadline_seconds"
              label="Wait for your answer"
              description="After that the job is left alone. 300 seconds are 5 minutes."
              unit="seconds"
              one="second"
              step={30}
            />
          </div>
        )}
        <Switch
          data-field="reject_excluded"
          label="Reject the kinds that you never accept on the portal, too"
          description="They leave the portal's board and cannot be taken any more. Leave it off if you are not sure."
          checked={values.reject_excluded}
          error={errorAt("reject_excluded")}
          onChange={(event) => set({ reject_excluded: event.currentTarget.checked })}
        />
      </Stack>
    </Panel>
  );
}

function WhichJobs() {
  const { values, errorAt, set } = useForm();
  return (
    <Panel title="Which jobs" help="Every setting is asked for every job; a job has to pass all of them.">
      <Stack gap="lg">
        <KindsField
          name="job_type_filter"
          label="Accept these kinds"
          description="Tick none to accept every kind that is not excluded below."
        />
        <KindsField name="exclude_types" label="Never accept these kinds" />
        <Text className={classes.short} aria-live="polite">
          {inShort(values.job_type_filter, values.exclude_types)}
        </Text>
        <Groups>
          <SettingsGroup name="languages" title="Languages" summary={SUMMARY.languages(values)}>
            <WordListField
              name="languages"
              other="exclude_languages"
              label="Accept only these languages"
              description="As the portal writes them. Leave it empty for any language."
              placeholder="Polish"
            />
            <WordListField
              name="exclude_languages"
              other="languages"
              label="Never accept these languages"
              description="Jobs in these languages are left alone."
              placeholder="Welsh"
            />
          </SettingsGroup>
          <SettingsGroup name="clients" title="Clients and companies" summary={SUMMARY.clients(values)}>
            <WordListField
              name="clients"
              other="exclude_clients"
              label="Accept jobs of these clients only"
              description="Words of the company's or the client's name. Leave it empty for anybody."
              placeholder="Northgate Health"
            />
            <WordListField
              name="exclude_clients"
              other="clients"
              label="Never accept jobs of these clients"
              description="Words of the company's or the client's name."
              placeholder="Northgate Health"
            />
          </SettingsGroup>
          <SettingsGroup name="places" title="Places" summary={SUMMARY.places(values)}>
            <WordListField
              name="places"
              other="exclude_places"
              label="Accept jobs in these places only"
              description="Postcode areas such as M or SW1, or names such as Leeds. Jobs by telephone and video are not asked."
              placeholder="SW1"
            />
            <WordListField
              name="exclude_places"
              other="places"
              label="Never go to these places"
              description="Postcode areas or names of places."
              placeholder="Leeds"
            />
          </SettingsGroup>
          <SettingsGroup name="words" title="Words in the job" summary={SUMMARY.words(values)}>
            <WordRulesField
              name="words_wanted"
              label="Accept a job only when it contains"
              description="Each entry has to be found; of the words in one entry, one is enough. Capitals do not matter."
            />
            <WordRulesField
              name="words_excluded"
              label="Never accept a job that contains"
              description="One word found is enough to leave the job alone."
            />
          </SettingsGroup>
          <SettingsGroup name="required" title="What a job has to show" summary={SUMMARY.required(values)}>
            <Checkbox.Group
              data-field="required_fields"
              label="Accept a job only when the portal shows"
              description="A job that lacks one of these is left alone."
              value={values.required_fields}
              error={errorAt("required_fields")}
              onChange={(names) => set({ required_fields: names })}
            >
              <div className={classes.boxes}>
                {REQUIRABLE_FIELDS.map((name) => (
                  <Checkbox key={name} value={name} label={fieldLabel(name)} />
                ))}
              </div>
            </Checkbox.Group>
          </SettingsGroup>
        </Groups>
      </Stack>
    </Panel>
  );
}

function When() {
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

function HowMany() {
  const { values, saved, set, errorAt, judge } = useForm();
  const cap = values.max_accept_per_run;
  return (
    <Panel title="How many">
      <Stack gap="lg">
        <div className={classes.numbers}>
          <Stack gap="xs">
            <NumberInput
              wrapperProps={{ "data-field": "max_accept_per_run" }}
              label="Accept at most"
              description="From start to stop. Then the bot watches and accepts no more."
              suffix={cap === 1 ? " job" : " jobs"}
              placeholder="No limit"
              allowDecimal={false}
              min={LIMITS.max_accept_per_run.least}
              max={LIMITS.max_accept_per_run.most}
              clampBehavior="none"
              disabled={cap === null}
              value={cap ?? ""}
              error={errorAt("max_accept_per_run")}
              onChange={(next) => set({ max_accept_per_run: next })}
              onBlur={() => judge("max_accept_per_run")}
            />
            <Switch
              label="No limit"
              checked={cap === null}
              onChange={(event) =>
                set({
                  max_accept_per_run: event.currentTarget.checked ? null : (saved.max_accept_per_run ?? PROPOSED_CAP),
                })
              }
            />
          </Stack>
        </div>
        <Groups>
          <SettingsGroup name="caps" title="Limits for a day and a week" summary={SUMMARY.caps(values)}>
            <Text size="sm" c="dimmed">
              Days and weeks are those of the appointments; jobs that you hold already count. An empty field is no
              limit.
            </Text>
            <div className={classes.numbers}>
              <NumberField name="max_accept_per_day" label="Jobs a day" unit="jobs" one="job" />
              <NumberField name="max_accept_hours_per_day" label="Hours a day" unit="hours" one="hour" step={0.5} />
              <NumberField name="max_accept_per_week" label="Jobs a week (Monday to Sunday)" unit="jobs" one="job" />
              <NumberField name="max_accept_hours_per_week" label="Hours a week" unit="hours" one="hour" step={0.5} />
              <NumberField
                name="max_accept_per_pass"
                label="Jobs in one look at the board"
                description="When many jobs appear at once."
                unit="jobs"
                one="job"
              />
            </div>
          </SettingsGroup>
        </Groups>
      </Stack>
    </Panel>
  );
}

function WhatFirst() {
  const { values } = useForm();
  return (
    <Panel title="What first">
      <Groups>
        <SettingsGroup name="prefer" title="When not everything can be taken" summary={SUMMARY.prefer(values)}>
          <PreferField />
        </SettingsGroup>
      </Groups>
    </Panel>
  );
}

function HowItWatches() {
  const { values, set, errorAt } = useForm();
  return (
    <Panel title="How the bot watches">
      <Stack gap="lg">
        <div className={classes.numbers}>
          <NumberField
            name="check_interval_seconds"
            label="Look at the board every"
            description="A shorter time finds jobs sooner and asks more of the portal."
            unit="seconds"
            step={0.1}
          />
        </div>
        <Groups>
          <SettingsGroup name="openingHours" title="When to watch" summary={SUMMARY.openingHours(values)}>
            <WeeklyHoursField
              name="opening_hours"
              label="Watch the portal only within these hours"
              description="Outside of them the bot rests and asks the portal nothing. With none, it always watches."
            />
          </SettingsGroup>
          <SettingsGroup name="pace" title="Pace" summary={SUMMARY.pace(values)}>
            <Switch
              data-field="follow_rhythm"
              label="Look more often when jobs usually come"
              description="And less often at the other times, so that the portal is asked no more in all."
              checked={values.follow_rhythm}
              error={errorAt("follow_rhythm")}
              onChange={(event) => set({ follow_rhythm: event.currentTarget.checked })}
            />
            <div className={classes.numbers}>
              <NumberField
                name="requests_per_minute"
                label="Ask the portal at most"
                description="In any minute. Looks at the board wait for it; accepting a job never does."
                unit="times a minute"
                step={60}
              />
              <NumberField
                name="jitter"
                label="Vary the time between two looks by"
                description="So that the looks are not as regular as a clock."
                unit="%"
                times={100}
              />
            </div>
          </SettingsGroup>
        </Groups>
      </Stack>
    </Panel>
  );
}

function TheBrowser() {
  const { values, set, errorAt } = useForm();
  return (
    <Panel title="Browser">
      <Groups>
        <SettingsGroup name="browser" title="The way to the portal" summary={SUMMARY.browser(values)}>
          <Radio.Group
            data-field="lane"
            label="How the bot reaches the portal"
            value={values.lane}
            error={errorAt("lane")}
            onChange={(chosen) => {
              const lane = LANES.find((known) => known === chosen);
              if (lane !== undefined) set({ lane });
            }}
          >
            <Stack gap="xs" mt="xs">
              {LANES.map((lane) => (
                <Radio key={lane} value={lane} label={LANE[lane].label} />
              ))}
            </Stack>
          </Radio.Group>
          <Switch
            data-field="browser"
            label="Keep the browser open"
            description="The next sign-in is some seconds faster, and about 300 MB more memory are used."
            checked={values.browser === "stay"}
            error={errorAt("browser")}
            onChange={(event) => set({ browser: event.currentTarget.checked ? "stay" : "sleep" })}
          />
        </SettingsGroup>
      </Groups>
    </Panel>
  );
}
