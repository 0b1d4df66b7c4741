import type { BotAction } from "@/api/requests/steer-bot";
import type { SessionStatus } from "@/api/types";
import { sessionWords } from "@/messages/session-state";

/** What the owner can do now; the first is the one that is most likely wanted. */
export function actionsFor(session: SessionStatus): readonly BotAction[] {
  const { doing } = sessionWords(session);
  switch (doing) {
    case "off":
      return ["start"];
    case "in_trouble":
      // A bot that does not answer and is still wanted can be given up, or replaced by a new session.
      return session.wanted === "stopped" || session.status === "failed" ? ["start"] : ["start", "stop"];
    case "starting":
      return ["stop"];
    case "working":
    case "held_up":
      return session.wanted === "paused" ? ["resume", "stop"] : ["pause", "stop"];
    case "paused":
      return session.wanted === "running" ? ["stop"] : ["resume", "stop"];
    case "stopping":
      return [];
  }
}
