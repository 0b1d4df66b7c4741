import { Radio, Stack, Switch } from "@mantine/core";
import { Panel } from "@/components/Panel";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import { LANE, SUMMARY } from "../summaries";

const LANES = Object.keys(LANE) as readonly (keyof typeof LANE)[];

/** The way to the portal. */
export function TheBrowser() {
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
