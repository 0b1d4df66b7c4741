import { IconBroadcast, IconPlugConnected, IconPlugConnectedX, type Icon } from "@tabler/icons-react";
import { useConnection } from "@/api/live/context";
import { ControlPlaneAway } from "@/api/problem";
import { useHealth } from "@/api/requests/get-health";
import type { Connection } from "@/api/live/socket";
import { ToneLabel } from "@/components/ToneLabel";
import type { Tone } from "@/messages/tone";

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
  const { phase } = useConnection();
  const { error } = useHealth();
  // A connection may stand open to a system that hangs.
  const isSilent = phase === "live" && error instanceof ControlPlaneAway;
  const { label, tone, icon } = PHASE[isSilent ? "lost" : phase];
  return (
    <span role="status" aria-label="Connection to the AtoZ Bot system">
      <ToneLabel tone={tone} icon={icon}>
        {label}
      </ToneLabel>
    </span>
  );
}
