import { ActionIcon, Input, Select, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import type { Preference } from "@/api/types";
import { useForm } from "../form";
import { PREFERENCE, PREFERENCES } from "../summaries";
import classes from "../Settings.module.css";

/** What is taken first: an ordered list. */
export function PreferField() {
  const { values, errorAt, set } = useForm();
  const labelId = useId();
  const chosen = values.prefer;
  const others = PREFERENCES.filter((one) => !chosen.includes(one));
  const error = errorAt("prefer");
  return (
    <div role="group" aria-labelledby={labelId} data-field="prefer">
      <Input.Label id={labelId} labelElement="div">
        Take first
      </Input.Label>
      <Input.Description>
        When several jobs match and a limit lets the bot take only some of them. The next line decides where the one
        above sees no difference.
      </Input.Description>
      {chosen.length > 0 && (
        <ol className={classes.ordered}>
          {chosen.map((one, index) => (
            <li key={one} className={classes.orderedItem}>
              <Text component="span" size="sm" className={classes.orderedWords}>
                {index + 1}. {PREFERENCE[one]}
              </Text>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={index === 0}
                aria-label={`Move up: ${PREFERENCE[one]}`}
                onClick={() => set({ prefer: swapped(chosen, index - 1) })}
              >
                <IconArrowUp size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                disabled={index === chosen.length - 1}
                aria-label={`Move down: ${PREFERENCE[one]}`}
                onClick={() => set({ prefer: swapped(chosen, index) })}
              >
                <IconArrowDown size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove: ${PREFERENCE[one]}`}
                onClick={() => set({ prefer: chosen.filter((other) => other !== one) })}
              >
                <IconTrash size={18} stroke={1.8} aria-hidden />
              </ActionIcon>
            </li>
          ))}
        </ol>
      )}
      {others.length > 0 && (
        <Select
          mt="xs"
          aria-label="Add what is taken first"
          placeholder="Add…"
          data={others.map((value) => ({ value, label: PREFERENCE[value] }))}
          value={null}
          onChange={(added) => {
            const known = others.find((one) => one === added);
            if (known !== undefined) set({ prefer: [...chosen, known] });
          }}
        />
      )}
      {error !== undefined && <Input.Error mt={6}>{error}</Input.Error>}
    </div>
  );
}

/** The list with the entry at `index` and the one after it exchanged. */
function swapped(list: readonly Preference[], index: number): Preference[] {
  return list.map((one, at) => (at === index ? list[index + 1] : at === index + 1 ? list[index] : one) ?? one);
}
