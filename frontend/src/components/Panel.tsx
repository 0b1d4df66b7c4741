import { Title } from "@mantine/core";
import { useId, type ReactNode } from "react";
import { HelpTip } from "./HelpTip";
import classes from "./Panel.module.css";

interface PanelProps {
  readonly title: string;
  /** What the panel shows, for who asks. */
  readonly help?: string;
  /** Stands at the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A card with a heading: one section of a page. */
export function Panel({ title, help, aside, children }: PanelProps) {
  const headingId = useId();
  return (
    <section className={classes.panel} aria-labelledby={headingId}>
      <div className={classes.head}>
        <Title order={2} id={headingId}>
          {title}
        </Title>
        {help !== undefined && <HelpTip about={title}>{help}</HelpTip>}
        {aside !== undefined && <div className={classes.aside}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
