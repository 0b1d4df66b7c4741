import { createContext, use, useSyncExternalStore } from "react";
import type { Connection, LiveSocket } from "./socket";

/** The page's one websocket. */
export const LiveContext = createContext<LiveSocket | null>(null);

/** How the dashboard stands to the control plane; renders again when that changes. */
export function useConnection(): Connection {
  const socket = use(LiveContext);
  if (socket === null) throw new Error("useConnection needs a LiveContext above it");
  return useSyncExternalStore(socket.subscribe, socket.connection);
}
