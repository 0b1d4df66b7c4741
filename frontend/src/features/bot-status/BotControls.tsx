import { Group, Stack } from "@mantine/core";
import {
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconPlayerTrackNextFilled,
  type Icon,
} from "@tabler/icons-react";
import { useSteerBot, type BotAction } from "@/api/requests/steer-bot";
import type { SessionStatus } from "@/api/types";
import { ProblemNote } from "@/components/ProblemNote";
import { SteadyButton } from "@/components/SteadyButton";
import { useKeptFocus } from "@/lib/use-kept-focus";
import { useSettled } from "@/lib/use-settled";
import { Snapshot } from "./Snapshot";
import classes from "./BotStatus.module.css";
import { actionsFor } from "./controls";

interface ButtonWords {
  readonly label: string;
  readonly icon: Icon;
  /** "The bot could not be …" */
  readonly failed: string;
}

const BUTTON: Readonly<Record<BotAction, ButtonWords>> = {
  start: { label: "Start", icon: IconPlayerPlayFilled, failed: "The bot could not be started" },
  stop: { label: "Stop", icon: IconPlayerStopFilled, failed: "The bot could not be stopped" },
  pause: { label: "Pause", icon: IconPlayerPauseFilled, failed: "The bot could not be paused" },
  resume: { label: "Resume", icon: IconPlayerTrackNextFilled, failed: "The bot could not go on" },
};

/** Start, stop, pause and resume: those that make sense now. */
export function BotControls({ session }: { readonly session: SessionStatus }) {
  const steer = useSteerBot();
  const asked = steer.isPending ? steer.variables.action : undefined;
  const actions = actionsFor(session);
  const around = useKeptFocus<HTMLDivElement>();
  // The second press of a double click on "Pause" is no "Resume".
  const isSettled = useSettled(actions.join(" "), { fromTheStart: true });

  return (
    <Stack gap="sm" className={classes.controls}>
      <Group ref={around} tabIndex={-1} gap="sm" wrap="nowrap" role="group" aria-label="Steer the bot">
        {actions.map((action) => {
          const { label, icon: IconOf } = BUTTON[action];
          const isMain = action === "start" || action === "resume";
          return (
            <SteadyButton
              // "Pause" becomes "Resume" under the finger or the keyboard's focus, as one button.
              key={action === "stop" ? "stop" : "go"}
              className={classes.control ?? ""}
              size="md"
              variant={isMain ? "filled" : "default"}
              icon={<IconOf size={16} aria-hidden />}
              isBusy={asked === action}
              isOff={asked !== undefined && asked !== action}
              isSettled={isSettled}
              onPress={() => steer.mutate({ action })}
            >
              {label}
            </SteadyButton>
          );
        })}
        {actions.length === 0 && (
          <SteadyButton className={classes.control ?? ""} size="md" variant="default" isBusy onPress={() => undefined}>
            Stopping
          </SteadyButton>
        )}
      </Group>
      {steer.isError && <ProblemNote what={BUTTON[steer.variables.action].failed} error={steer.error} />}
      {session.is_running && session.status !== "stopping" && <Snapshot session={session} />}
    </Stack>
  );
}
