import { TextInput } from "@mantine/core";
import { useForm } from "../form";
import { spanInShort } from "../summaries";
import { Entries } from "./Entries";

interface DateSpansFieldProps {
  readonly name: "dates" | "exclude_dates";
  readonly label: string;
  readonly description: string;
}

/** Days from and to; one of the two may be left open. */
export function DateSpansField({ name, label, description }: DateSpansFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  return (
    <Entries
      name={name}
      label={label}
      description={description}
      entries={values[name]}
      error={errorAt(name)}
      nameOf={spanInShort}
      addLabel="Add days"
      fresh={{ first: null, last: null }}
      onChange={(spans) => set({ [name]: spans })}
    >
      {({ first, last }, index, change) => (
        <>
          <TextInput
            type="date"
            label="First day"
            wrapperProps={{ "data-field": `${name}.${String(index)}.first` }}
            value={first ?? ""}
            error={errorAt(`${name}.${String(index)}.first`)}
            onChange={(event) => change({ first: event.currentTarget.value || null })}
            onBlur={() => judge(name)}
          />
          <TextInput
            type="date"
            label="Last day"
            wrapperProps={{ "data-field": `${name}.${String(index)}.last` }}
            value={last ?? ""}
            error={errorAt(`${name}.${String(index)}.last`)}
            onChange={(event) => change({ last: event.currentTarget.value || null })}
            onBlur={() => judge(name)}
          />
        </>
      )}
    </Entries>
  );
}
