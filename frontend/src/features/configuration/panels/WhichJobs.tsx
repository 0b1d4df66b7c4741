import { Checkbox, Stack, Text } from "@mantine/core";
import { Panel } from "@/components/Panel";
import { KindsField } from "../fields/KindsField";
import { WordListField } from "../fields/WordListField";
import { WordRulesField } from "../fields/WordRulesField";
import { useForm } from "../form";
import { Groups, SettingsGroup } from "../Groups";
import { fieldLabel, REQUIRABLE_FIELDS } from "../job-fields";
import { inShort } from "../settings";
import classes from "../Settings.module.css";
import { SUMMARY } from "../summaries";

/** Kinds, languages, clients, places and words. */
export function WhichJobs() {
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
