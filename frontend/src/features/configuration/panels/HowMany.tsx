import { NumberInput, Stack, Switch, Text } from "@mantine/core";
import { Panel } from "@/components/Panel";
import { NumberField } from "../fields/NumberField";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import { LIMITS, PROPOSED_CAP } from "../settings";
import classes from "../Settings.module.css";
import { SUMMARY } from "../summaries";

/** The caps. */
export function HowMany() {
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
              placeholder={cap === null ? "No limit" : undefined}
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
