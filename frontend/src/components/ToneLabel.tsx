import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Tone } from "@/messages/tone";
import classes from "./ToneLabel.module.css";

interface ToneLabelProps {
  readonly tone: Tone;
  readonly icon: Icon;
  readonly children: ReactNode;
}

/** A word on a coloured ground, with an icon, so that the colour never has to be seen. */
export function ToneLabel({ tone, icon: IconOf, children }: ToneLabelProps) {
  return (
    <span className={classes.label} data-tone={tone}>
      <IconOf size={15} stroke={2} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
