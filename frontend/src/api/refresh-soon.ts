import type { QueryClient, QueryKey } from "@tanstack/react-query";

/** How long changes are gathered before the numbers that depend on them are asked for again. */
const GATHER_MS = 700;

interface Refresh {
  again: boolean;
}

const underWay = new WeakMap<QueryClient, Map<string, Refresh>>();

/**
 * Ask the API again for what is under `queryKey`, soon. Twenty messages in one second cost one request, and a message
 * that arrives while the request is under way makes for one more, so that the last answer is never older than the last
 * message.
 */
export function refreshSoon(queryClient: QueryClient, queryKey: QueryKey): void {
  const refreshes = underWay.get(queryClient) ?? new Map<string, Refresh>();
  underWay.set(queryClient, refreshes);
  const name = JSON.stringify(queryKey);
  const present = refreshes.get(name);
  if (present !== undefined) {
    present.again = true;
    return;
  }
  const refresh: Refresh = { again: false };
  refreshes.set(name, refresh);
  setTimeout(() => {
    refresh.again = false;
    void queryClient.invalidateQueries({ queryKey }).finally(() => {
      refreshes.delete(name);
      if (refresh.again) refreshSoon(queryClient, queryKey);
    });
  }, GATHER_MS);
}
