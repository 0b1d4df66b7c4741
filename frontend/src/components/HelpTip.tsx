import { ActionIcon, Popover, Text } from "@mantine/core";
import { IconHelpCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface HelpTipProps {
  /** What it explains; part of the button's name for screen readers. */
  readonly about: string;
  readonly children: ReactNode;
}

/** A question mark that explains what stands beside it; opened by a press, so that it works by touch and by keyboard. */
export function HelpTip({ about, children }: HelpTipProps) {
  return (
    <Popover width={280} position="bottom-start">
      <Popover.Target>
        <ActionIcon variant="transparent" color="gray" size="sm" aria-label={`What is “${about}”?`}>
          <IconHelpCircle size={15} stroke={1.6} color="var(--ink-faint)" aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" component="div">
          {children}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
