import { ActionIcon, Button, Input } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useId, type ReactNode } from "react";
import classes from "../Settings.module.css";

interface EntriesProps<Entry> {
  /** The field's name, by which its problems are found. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly entries: readonly Entry[];
  readonly error: string | undefined;
  /** One entry in words: "Remove Mon to Fri 09:00 to 17:00". */
  readonly nameOf: (entry: Entry) => string;
  readonly addLabel: string;
  readonly fresh: Entry;
  readonly onChange: (entries: Entry[]) => void;
  readonly children: (entry: Entry, index: number, change: (part: Partial<Entry>) => void) => ReactNode;
}

/** A list of entries with several parts each: add, change, remove. */
export function Entries<Entry extends object>({
  name,
  label,
  description,
  entries,
  error,
  nameOf,
  addLabel,
  fresh,
  onChange,
  children,
}: EntriesProps<Entry>) {
  const labelId = useId();
  return (
    <div role="group" aria-labelledby={labelId} data-field={name}>
      <Input.Label id={labelId} labelElement="div">
        {label}
      </Input.Label>
      <Input.Description>{description}</Input.Description>
      {entries.length > 0 && (
        <ul className={classes.entries}>
          {entries.map((entry, index) => (
            // An entry has no identity but its place.
            <li key={`${name} ${String(index)}`} className={classes.entry}>
              <div className={classes.parts}>
                {children(entry, index, (part) =>
                  onChange(entries.map((one, at) => (at === index ? { ...one, ...part } : one))),
                )}
              </div>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove ${nameOf(entry)}`}
                onClick={() => onChange(entries.filter((_, at) => at !== index))}
              >
                <IconTrash size={18} stroke={1.8} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {error !== undefined && (
        <Input.Error role="alert" mt={6}>
          {error}
        </Input.Error>
      )}
      <Button
        mt="xs"
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...entries, fresh])}
      >
        {addLabel}
      </Button>
    </div>
  );
}
