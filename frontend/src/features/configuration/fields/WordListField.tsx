import { TagsInput } from "@mantine/core";
import { useForm } from "../form";
import type { FieldName } from "../settings";

type WordLists = "languages" | "exclude_languages" | "clients" | "exclude_clients" | "places" | "exclude_places";

interface WordListFieldProps {
  readonly name: WordLists;
  /** The list that must not name the same. */
  readonly other: FieldName;
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
}

/** A list of names or phrases: each is added with Enter or a comma, and taken away with its cross. */
export function WordListField({ name, other, label, description, placeholder }: WordListFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  return (
    <TagsInput
      wrapperProps={{ "data-field": name }}
      label={label}
      description={description}
      placeholder={values[name].length === 0 ? placeholder : undefined}
      splitChars={[",", ";", "\n"]}
      maxTags={200}
      value={values[name]}
      error={errorAt(name)}
      onChange={(words) => {
        set({ [name]: words });
        judge(name, other);
      }}
    />
  );
}
