import { Stack, Switch } from "@mantine/core";
import { Panel } from "@/components/Panel";
import { NumberField } from "../fields/NumberField";
import { WeeklyHoursField } from "../fields/WeeklyHoursField";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import classes from "../Settings.module.css";
import { SUMMARY } from "../summaries";

/** How often the bot looks, and when. */
export function HowItWatches() {
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
