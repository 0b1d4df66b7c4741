import { Accordion, Text } from "@mantine/core";
import { useContext, type ReactNode } from "react";
import { GROUP_FIELDS, OpenedContext } from "./groups-opened";
import { useForm } from "./form";
import classes from "./Settings.module.css";

/** Groups of settings that not everybody needs, below those of their panel; each says in a line what is set in it. */
export function Groups({ children }: { readonly children: ReactNode }) {
  const { groups, onChange } = useContext(OpenedContext);
  return (
    <Accordion
      multiple
      className={classes.groups}
      value={[...groups]}
      onChange={onChange}
      order={3}
      transitionDuration={0}
      chevronPosition="left"
    >
      {children}
    </Accordion>
  );
}

interface SettingsGroupProps {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly children: ReactNode;
}

export function SettingsGroup({ name, title, summary, children }: SettingsGroupProps) {
  const { isWrong: isFieldWrong } = useForm();
  const isWrong = (GROUP_FIELDS[name] ?? []).some(isFieldWrong);
  return (
    <Accordion.Item value={name}>
      <Accordion.Control>
        <span className={classes.groupTitle}>{title}</span>
        <Text component="span" className={classes.summary} data-wrong={isWrong}>
          {isWrong ? "Something here needs correcting." : summary}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>
        <div className={classes.group}>{children}</div>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
