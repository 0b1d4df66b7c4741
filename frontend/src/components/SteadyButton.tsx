import { Button, Loader, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

interface SteadyButtonProps extends Omit<ButtonProps, "disabled" | "loading" | "leftSection"> {
  readonly icon?: ReactNode;
  /** What it was pressed for is under way. */
  readonly isBusy?: boolean;
  /** It does nothing at the moment. */
  readonly isOff?: boolean;
  /** False where it has just come to where it stands: a click there was meant for what stood there before. */
  readonly isSettled?: boolean;
  readonly onPress: () => void;
  readonly "aria-label"?: string;
}

/** A button that keeps the keyboard's place while it does nothing: a disabled one loses the focus to the page's top. */
export function SteadyButton({
  icon,
  isBusy = false,
  isOff = false,
  isSettled = true,
  onPress,
  ...others
}: SteadyButtonProps) {
  return (
    <Button
      {...others}
      leftSection={isBusy ? <Loader size={16} color="currentColor" aria-hidden /> : icon}
      aria-busy={isBusy}
      aria-disabled={isBusy || isOff || !isSettled}
      data-disabled={isOff || !isSettled}
      onClick={({ detail }) => {
        // A key goes where the focus is, wherever that has moved to; its click counts none.
        const isMeant = isSettled || detail === 0;
        if (isMeant && !isBusy && !isOff) onPress();
      }}
    />
  );
}
