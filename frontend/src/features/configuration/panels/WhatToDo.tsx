import { Radio, Stack, Switch } from "@mantine/core";
import type { Mode } from "@/api/types";
import { Panel } from "@/components/Panel";
import { MODE } from "@/messages/mode";
import { NumberField } from "../fields/NumberField";
import { useForm } from "../form";
import classes from "../Settings.module.css";

const MODES = Object.keys(MODE) as readonly Mode[];

/** What happens to a job that matches. */
export function WhatToDo() {
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
          label="Also reject on the portal the kinds that you never accept"
          description="They leave the portal's board and cannot be taken any more. Leave it off if you are not sure."
          checked={values.reject_excluded}
          error={errorAt("reject_excluded")}
          onChange={(event) => set({ reject_excluded: event.currentTarget.checked })}
        />
      </Stack>
    </Panel>
  );
}
