import { IconAlertTriangle, IconEye, IconHourglass, IconPlayerPause, IconPower, type Icon } from "@tabler/icons-react";
import type { Doing } from "./session-state";

/** What the bot is about, as a picture beside the words. */
export const DOING_ICON: Readonly<Record<Doing, Icon>> = {
  working: IconEye,
  held_up: IconAlertTriangle,
  starting: IconHourglass,
  paused: IconPlayerPause,
  stopping: IconHourglass,
  off: IconPower,
  in_trouble: IconAlertTriangle,
};
