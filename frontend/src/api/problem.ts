import type { FieldProblem, Problem } from "./types";

/*
 * ApiError
 * ├── ControlPlaneAway   nothing answered, or something that is not the control plane: try again by itself
 * └── RequestRefused     the control plane answered with a problem (RFC 9457): show its words where it happened
 */

/** Something about a request that its caller has to answer; `message` is for the owner. */
export abstract class ApiError extends Error {}

/** The control plane does not answer. */
export class ControlPlaneAway extends ApiError {
  override readonly name = "ControlPlaneAway";

  constructor() {
    super("The bot's control plane does not answer. Is the system started? This page tries again by itself.");
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
