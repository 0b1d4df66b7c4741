import type { FieldProblem, Problem } from "./types";

/*
 * ApiError
 * ├── ControlPlaneAway   nothing answered, or something that is not the control plane: what is loaded is tried again
 * └── RequestRefused     the control plane answered with a problem (RFC 9457): show its words where it happened
 */

/** Something about a request that its caller has to answer; `message` is for the owner. */
export abstract class ApiError extends Error {}

/** The control plane does not answer. */
export class ControlPlaneAway extends ApiError {
  override readonly name = "ControlPlaneAway";

  /** Nothing answered in time: what was asked for may have been done all the same. */
  readonly mayHaveArrived: boolean;

  constructor({ mayHaveArrived = false } = {}) {
    super("The AtoZ Bot system does not answer. Is it started?");
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** The control plane answered, and the answer is a problem. */
export class RequestRefused extends ApiError {
  override readonly name = "RequestRefused";
  readonly status: number;
  readonly title: string;
  /** Which fields of the input are wrong, and why; empty where it is about the whole. */
  readonly fields: readonly FieldProblem[];

  constructor(problem: Problem) {
    super(problem.detail);
    this.status = problem.status;
    this.title = problem.title;
    this.fields = problem.errors ?? [];
  }
}

/** The status with which the control plane says that its database is away; it works again by itself. */
const SERVICE_UNAVAILABLE = 503;

/** Whether it is about the whole system for a while, not about this request: the banner above every page says it. */
export function isPassing(error: unknown): boolean {
  return error instanceof ControlPlaneAway || (error instanceof RequestRefused && error.status === SERVICE_UNAVAILABLE);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === "object" &&
    body !== null &&
    "detail" in body &&
    typeof body.detail === "string" &&
    "status" in body &&
    typeof body.status === "number" &&
    "title" in body &&
    typeof body.title === "string"
  );
}

/** The error for a body that came with a status of 400 or above. */
export function errorFor(body: unknown): ApiError {
  // The dashboard's own proxy answers a control plane that is away with a 500 and no problem body.
  return isProblem(body) ? new RequestRefused(body) : new ControlPlaneAway();
}

/** What to tell the owner about anything that was thrown. */
export function inWords(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return "Something went wrong in this page. Reload it; if that does not help, look at the log.";
}

/** What to tell the owner where a button's request failed: what it brought about, and what to do now. */
export function afterAction(error: unknown): string {
  if (!(error instanceof ControlPlaneAway)) return inWords(error);
  return error.mayHaveArrived
    ? "The AtoZ Bot system took too long to answer, so it may have happened all the same. See what this page shows in a moment before you press the button again."
    : `${error.message} Nothing was changed as far as this page knows; press the button again.`;
}
