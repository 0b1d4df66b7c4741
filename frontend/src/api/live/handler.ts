import type { QueryClient } from "@tanstack/react-query";
import type { LiveMessage } from "../types";

/** Brings one message into the query cache. Every subject has its own; `app` calls them all. */
export type LiveHandler = (message: LiveMessage, queryClient: QueryClient) => void;
