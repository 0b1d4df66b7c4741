import { IconBroadcast, IconPlugConnected, IconPlugConnectedX, type Icon } from "@tabler/icons-react";
import { useConnection } from "@/api/live/context";
import type { Connection } from "@/api/live/socket";
import { ToneLabel } from "@/components/ToneLabel";
import type { Tone } from "@/words/tone";

interface PhaseWords {
  readonly label: string;
  readonly tone: Tone;
  readonly icon: Icon;
}

const PHASE: Readonly<Record<Connection["phase"], PhaseWords>> = {
  connecting: { label: "Connecting…", tone: "quiet", icon: IconPlugConnected },
  live: { label: "Live", tone: "good", icon: IconBroadcast },
  lost: { label: "Reconnecting…", tone: "warn", icon: IconPlugConnectedX },
};

/** Whether what the page shows is the present. */
export function ConnectionLabel() {
  const { label, tone, icon } = PHASE[useConnection().phase];
  return (
    <span role="status" aria-label="Connection to the bot's control plane">
      <ToneLabel tone={tone} icon={icon}>
        {label}
      </ToneLabel>
    </span>
  );
}
