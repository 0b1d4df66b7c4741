import type { LiveMessage } from "../types";

const KNOWN_TYPES = {
  connection_established: true,
  status_update: true,
  job_processed: true,
  cycle_complete: true,
  error: true,
  notice: true,
  configuration_updated: true,
} satisfies Record<LiveMessage["type"], true>;

/**
 * The message in a frame, or undefined for one of a kind that this dashboard does not know: a newer control plane may
 * send more. The data is trusted to have its type's shape, as the answers of the API are: both come from one schema.
 */
export function decodeMessage(frame: unknown): LiveMessage | undefined {
  if (typeof frame !== "string") return undefined;
  let body: unknown;
  try {
    body = JSON.parse(frame);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isLiveMessage(body) ? body : undefined;
}

function isLiveMessage(body: unknown): body is LiveMessage {
  return (
    typeof body === "object" &&
    body !== null &&
    "type" in body &&
    typeof body.type === "string" &&
    Object.hasOwn(KNOWN_TYPES, body.type) &&
    "data" in body &&
    typeof body.data === "object" &&
    body.data !== null &&
    "timestamp" in body &&
    typeof body.timestamp === "string"
  );
}
