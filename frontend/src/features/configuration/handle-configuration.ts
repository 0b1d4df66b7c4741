import type { LiveHandler } from "@/api/live/handler";
import { keys } from "@/api/query-keys";
import type { SavedConfiguration } from "@/api/types";

/** The configuration that a bot last took up. */
export interface TakenUp {
  readonly version: number;
  readonly at: string;
}

/** Keeps the saved settings, and which of them a bot works with. */
export const handleConfiguration: LiveHandler = (message, queryClient) => {
  if (message.type !== "configuration_updated") return;
  const { version, configuration, session_id } = message.data;
  if (session_id === null) {
    queryClient.setQueryData<SavedConfiguration>(keys.configuration, (shown) =>
      shown === undefined || shown.version < version
        ? { version, configuration, updated_at: message.timestamp }
        : shown,
    );
  } else {
    queryClient.setQueryData<TakenUp>(keys.live.configuration, (before) =>
      before !== undefined && before.version > version ? before : { version, at: message.timestamp },
    );
  }
};
