import { Group, Loader, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useSessionStatus } from "@/api/requests/get-session-status";
import type { SavedConfiguration } from "@/api/types";
import { Moment } from "@/components/Moment";
import { useTakenUp } from "./use-taken-up";

interface SavedNoteProps {
  readonly saved: SavedConfiguration;
  /** The owner pressed "Save" on this page and nothing was changed since. */
  readonly justNow: boolean;
}

/** When the settings were saved, and after a save whether the bot works with them. */
export function SavedNote({ saved, justNow }: SavedNoteProps) {
  const { data: session } = useSessionStatus();
  const takenUp = useTakenUp();
  if (!justNow) {
    if (saved.updated_at === null) return <Text size="sm">These are the settings that the bot came with.</Text>;
    return (
      <Text size="sm">
        Saved <Moment at={saved.updated_at} />
      </Text>
    );
  }
  if (session?.is_running !== true) {
    return <Done>Saved; the bot will use it when it starts</Done>;
  }
  // The bot's own word of it, or its next sign of life where that word was missed.
  if (Math.max(takenUp?.version ?? 0, session.configuration_version ?? 0) < saved.version) {
    return (
      <Group gap={8} wrap="nowrap">
        <Loader size={16} aria-hidden />
        Saved; telling the bot…
      </Group>
    );
  }
  return <Done>Saved; the bot took it up</Done>;
}

function Done({ children }: { readonly children: string }) {
  return (
    <Group gap={6} wrap="nowrap" c="var(--good-text)" fw={550}>
      <IconCheck size={18} stroke={2.2} aria-hidden />
      {children}
    </Group>
  );
}
