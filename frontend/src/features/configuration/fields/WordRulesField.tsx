import { MultiSelect, TagsInput } from "@mantine/core";
import { useForm } from "../form";
import { fieldLabel, SEARCHABLE_FIELDS } from "../job-fields";
import { listed } from "@/lib/numbers";
import { Entries } from "./Entries";

interface WordRulesFieldProps {
  readonly name: "words_wanted" | "words_excluded";
  readonly label: string;
  readonly description: string;
}

/** Words, and where in the job to look for them. */
export function WordRulesField({ name, label, description }: WordRulesFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  return (
    <Entries
      name={name}
      label={label}
      description={description}
      entries={values[name]}
      error={errorAt(name)}
      nameOf={({ words }) => (words.length === 0 ? "this entry" : listed(words, "or"))}
      addLabel="Add words"
      fresh={{ words: [], fields: [] }}
      onChange={(rules) => set({ [name]: rules })}
    >
      {({ words, fields }, index, change) => {
        const at = `${name}.${String(index)}`;
        return (
          <>
            <TagsInput
              wrapperProps={{ "data-field": `${at}.words` }}
              label="One of these words"
              placeholder={words.length === 0 ? "Type and press Enter" : undefined}
              splitChars={[",", ";", "\n"]}
              value={words}
              error={errorAt(`${at}.words`)}
              onChange={(next) => {
                change({ words: next });
                judge(name);
              }}
            />
            <MultiSelect
              wrapperProps={{ "data-field": `${at}.fields` }}
              label="Where to look"
              placeholder={fields.length === 0 ? "Everywhere in the job" : undefined}
              data={SEARCHABLE_FIELDS.map((value) => ({ value, label: fieldLabel(value) }))}
              value={fields}
              error={errorAt(`${at}.fields`)}
              onChange={(chosen) => change({ fields: SEARCHABLE_FIELDS.filter((name) => chosen.includes(name)) })}
            />
          </>
        );
      }}
    </Entries>
  );
}
