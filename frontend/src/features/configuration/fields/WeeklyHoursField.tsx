import { Chip, Group, Input, Text, TextInput } from "@mantine/core";
import type { Weekday, WeeklyHours } from "@/api/types";
import { useForm } from "../form";
import { isMidnight } from "../settings";
import { dayName, hoursInShort, WEEKDAYS } from "../summaries";
import classes from "../Settings.module.css";
import { Entries } from "./Entries";

const FRESH: WeeklyHours = {
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  start: "09:00:00",
  end: "17:00:00",
};

interface WeeklyHoursFieldProps {
  readonly name: "weekly_hours" | "opening_hours";
  readonly label: string;
  readonly description: string;
}

/** Hours on some days of the week, by London's clock. */
export function WeeklyHoursField({ name, label, description }: WeeklyHoursFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  return (
    <Entries
      name={name}
      label={label}
      description={description}
      entries={values[name]}
      error={errorAt(name)}
      nameOf={hoursInShort}
      addLabel="Add hours"
      fresh={FRESH}
      onChange={(hours) => set({ [name]: hours })}
    >
      {({ days, start, end }, index, change) => {
        const at = `${name}.${String(index)}`;
        const daysError = errorAt(`${at}.days`);
        return (
          <>
            <div role="group" aria-label="Days" data-field={`${at}.days`} className={classes.days}>
              <Chip.Group
                multiple
                value={days}
                onChange={(ticked) => {
                  change({ days: WEEKDAYS.filter((day) => ticked.includes(day)) });
                  judge(name);
                }}
              >
                <Group gap={6}>
                  {WEEKDAYS.map((day: Weekday) => (
                    <Chip key={day} value={day} size="sm" aria-label={dayName(day, "full")}>
                      {dayName(day)}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
              {daysError !== undefined && <Input.Error mt={4}>{daysError}</Input.Error>}
            </div>
            <TextInput
              type="time"
              label="From"
              wrapperProps={{ "data-field": `${at}.start` }}
              value={start.slice(0, 5)}
              error={errorAt(`${at}.start`)}
              onChange={(event) => change({ start: inFull(event.currentTarget.value) })}
              onBlur={() => judge(name)}
            />
            <TextInput
              type="time"
              label="To"
              wrapperProps={{ "data-field": `${at}.end` }}
              value={end.slice(0, 5)}
              error={errorAt(`${at}.end`)}
              onChange={(event) => change({ end: inFull(event.currentTarget.value) })}
              onBlur={() => judge(name)}
            />
            <Text size="sm" c="dimmed" className={classes.means}>
              {meaning(start, end)}
            </Text>
          </>
        );
      }}
    </Entries>
  );
}

/** The wire's times have seconds; a field that is empty stays so. */
function inFull(time: string): string {
  return time === "" ? "" : `${time.slice(0, 5)}:00`;
}

function meaning(start: string, end: string): string {
  if (start === "" || end === "") return "";
  if (isMidnight(start) && isMidnight(end)) return "The whole day.";
  if (isMidnight(end)) return "Until midnight.";
  return end <= start ? "Ends on the next day." : "";
}
