import createClient from "openapi-fetch";
import { ControlPlaneAway, errorFor } from "./problem";
import type { paths } from "./schema";

/** A control plane that takes longer is taken for one that is away, rather than waited for without a word. */
const DEADLINE_MS = 15_000;

/** The control plane, typed by its schema. The same origin serves it, through the dashboard's proxy. */
export const api = createClient<paths>({
  baseUrl: globalThis.location.origin,
  // Looked up at each call, not once, so that a replaced `fetch` (tests, the pretended control plane) is used.
  fetch: (request) =>
    globalThis.fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(DEADLINE_MS)]) }),
  // FastAPI reads a list from a repeated name: ?status=lost&status=accepted
  querySerializer: { array: { style: "form", explode: true } },
});

interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The data of an answer.
 *
 * @throws {ControlPlaneAway} nothing answered, or not the control plane
 * @throws {RequestRefused} the control plane refused, with its reason in words
 */
export async function dataOf<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ControlPlaneAway({ mayHaveArrived: error instanceof DOMException && error.name === "TimeoutError" });
  }
  if (!answer.response.ok || answer.data === undefined) throw errorFor(answer.error);
  return answer.data;
}
