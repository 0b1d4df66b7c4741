import type { LiveHandler } from "@/api/live/handler";
import { keys } from "@/api/query-keys";
import { refreshSoon } from "@/api/refresh-soon";

/** The numbers are counted by the control plane; a job or a change of state makes them worth asking for again. */
export const handleMetrics: LiveHandler = (message, queryClient) => {
  if (message.type !== "job_processed" && message.type !== "status_update") return;
  refreshSoon(queryClient, keys.metrics);
  if (message.type !== "job_processed") return;
  refreshSoon(queryClient, keys.allHours);
  if (message.data.status === "accepted") refreshSoon(queryClient, keys.latestAccepted);
};
