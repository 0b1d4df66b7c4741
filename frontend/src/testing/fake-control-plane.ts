import { http, HttpResponse, ws, type HttpHandler, type WebSocketHandler } from "msw";
import type {
  AnalyticsPeriod,
  BotActionResult,
  CommandSent,
  DashboardMetrics,
  DetailedHealth,
  FieldProblem,
  JobRecord,
  LiveMessage,
  LogEntry,
  Problem,
  SavedConfiguration,
  SessionStatus,
} from "@/api/types";
import { aConfiguration, aSession, someMetrics } from "./fixtures";

const PROBLEM_JSON = { "Content-Type": "application/problem+json" };

/** A request that reached the control plane. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

/**
 * A control plane that lives in memory: the same answers, problems and messages as the real one, for tests and for
 * `npm run dev:mock`. Everything that it answers with can be set.
 */
export class FakeControlPlane {
  session: SessionStatus = aSession();
  sessions: SessionStatus[] = [this.session];
  jobs: JobRecord[] = [];
  logs: LogEntry[] = [];
  hours: AnalyticsPeriod[] = [];
  metrics: DashboardMetrics = someMetrics();
  configuration: SavedConfiguration = aConfiguration();
  health: DetailedHealth = { status: "ok", version: "0.1.0", checks: [] };
  /** How many jobs, sessions and log lines a page holds, whatever is asked for. */
  pageSize = 50;
  /** No answer to anything, as while it is not started. */
  isAway = false;
  /** Takes every question and never answers. */
  hangs = false;
  /** What every question but that for its health is answered with instead, e.g. while the database is away. */
  trouble: Problem | undefined;
  /** What the next state-changing request is refused with. */
  refusal: Problem | undefined;
  /** Every request that came, the oldest first. */
  readonly asked: Asked[] = [];
  readonly handlers: readonly (HttpHandler | WebSocketHandler)[];

  private readonly live = ws.link(/\/ws$/);
  private held: Promise<void> | undefined;

  constructor() {
    this.handlers = [
      this.live.addEventListener("connection", ({ client }) => {
        if (this.isAway) {
          client.close(1012);
          return;
        }
        client.send(JSON.stringify(greeting()));
      }),
      http.get(
        "*/health/detailed",
        this.answer(() => this.health),
      ),
      http.get(
        "*/api/bot/status",
        this.answer(() => this.session),
      ),
      http.get(
        "*/api/bot/sessions",
        this.answer(({ query }) => this.page(this.sessions, query)),
      ),
      http.get(
        "*/api/bot/jobs",
        this.answer(({ query }) => this.page(this.found(query), query)),
      ),
      http.get(
        "*/api/bot/logs",
        this.answer(({ query }) => this.page(this.logged(query), query)),
      ),
      http.get(
        "*/api/bot/dashboard/metrics",
        this.answer(() => this.metrics),
      ),
      http.get(
        "*/api/bot/analytics/periods",
        this.answer(() => ({ items: this.hours })),
      ),
      http.get(
        "*/api/bot/configuration",
        this.answer(() => this.configuration),
      ),
      http.put(
        "*/api/bot/configuration",
        this.change(({ body }) => this.save(body)),
      ),
      http.post(
        "*/api/bot/start",
        this.change(() => this.steer({ wanted: "running", status: "running", is_running: true })),
      ),
      http.post(
        "*/api/bot/stop",
        this.change(() => this.steer({ wanted: "stopped", status: "stopped", is_running: false })),
      ),
      http.post(
        "*/api/bot/pause",
        this.change(() => this.steer({ wanted: "paused", status: "paused" })),
      ),
      http.post(
        "*/api/bot/resume",
        this.change(() => this.steer({ wanted: "running", status: "running" })),
      ),
      ...["approve", "decline"].map((answer) =>
        http.post(
          `*/api/bot/jobs/:number/${answer}`,
          this.change(() => this.sent(`The bot was told to ${answer} it.`)),
        ),
      ),
      http.post(
        "*/api/bot/snapshot",
        this.change(() => this.sent("The bot was told to take a picture of the portal.")),
      ),
    ];
  }

  /** Say something to every open websocket. */
  send<Type extends LiveMessage["type"]>(type: Type, data: Extract<LiveMessage, { type: Type }>["data"]): void {
    this.live.broadcast(JSON.stringify({ type, data, timestamp: new Date().toISOString() }));
  }

  /** Cut every websocket and answer nothing, until `comeBack`. */
  goAway(): void {
    this.isAway = true;
    for (const client of this.live.clients) client.close(1012);
  }

  comeBack(): void {
    this.isAway = false;
  }

  /** Leave state-changing requests without an answer, as on a slow line; gives back how to answer them. */
  hold(): () => void {
    let release: (() => void) | undefined;
    this.held = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.held = undefined;
      release?.();
    };
  }

  /** The requests of one kind, e.g. `PUT /api/bot/configuration`. */
  requests(method: string, path: string): readonly Asked[] {
    return this.asked.filter((request) => request.method === method && request.path === path);
  }

  private answer(body: (asked: Asked) => object) {
    return async ({ request }: { request: Request }) => {
      if (this.isAway) return HttpResponse.error();
      // eslint-disable-next-line @typescript-eslint/no-empty-function -- what never ends resolves nothing
      if (this.hangs) await new Promise(() => {});
      if (this.trouble !== undefined && !request.url.endsWith("/health/detailed")) return refused(this.trouble);
      return HttpResponse.json(body(await this.note(request)));
    };
  }

  private change(body: (asked: Asked) => object) {
    return async ({ request }: { request: Request }) => {
      if (this.isAway) return HttpResponse.error();
      const asked = await this.note(request);
      await this.held;
      const { refusal } = this;
      if (refusal !== undefined) {
        this.refusal = undefined;
        return refused(refusal);
      }
      return HttpResponse.json(body(asked));
    };
  }

  private async note(request: Request): Promise<Asked> {
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const asked: Asked = {
      method: request.method,
      path: pathname,
      query: searchParams,
      body: text === "" ? undefined : JSON.parse(text),
    };
    this.asked.push(asked);
    return asked;
  }

  private page<Item>(items: readonly Item[], query: URLSearchParams) {
    const start = Number(query.get("cursor") ?? 0);
    const size = Math.min(this.pageSize, Number(query.get("limit") ?? this.pageSize));
    const end = start + size;
    return { items: items.slice(start, end), next_cursor: end < items.length ? String(end) : null };
  }

  private found(query: URLSearchParams): readonly JobRecord[] {
    const statuses = query.getAll("status");
    const language = query.get("language");
    const kind = query.get("kind");
    const since = query.get("since");
    const until = query.get("until");
    const search = query.get("search")?.toLowerCase();
    return this.jobs.filter(
      (job) =>
        (statuses.length === 0 || statuses.includes(job.status)) &&
        (language === null || job.language === language) &&
        (kind === null || job.kind === kind) &&
        (since === null || job.seen_at >= since) &&
        (until === null || job.seen_at < until) &&
        (search === undefined ||
          `${job.reference} ${job.language ?? ""} ${job.company_name ?? ""}`.toLowerCase().includes(search)),
    );
  }

  private logged(query: URLSearchParams): readonly LogEntry[] {
    const level = query.get("level");
    return this.logs.filter((entry) => level === null || entry.level === level);
  }

  private save(change: unknown): SavedConfiguration {
    this.configuration = {
      version: this.configuration.version + 1,
      updated_at: new Date().toISOString(),
      configuration: {
        ...this.configuration.configuration,
        ...(change as Partial<SavedConfiguration["configuration"]>),
      },
    };
    return this.configuration;
  }

  private sent(message: string): CommandSent {
    return { message, session_id: this.session.session_id ?? "session-1" };
  }

  private steer(change: Partial<SessionStatus>): BotActionResult {
    this.session = aSession({ ...this.session, session_id: this.session.session_id ?? "session-1", ...change });
    return { message: "Done.", status: this.session };
  }
}

/** A problem as the control plane answers it. */
export function aProblem(status: number, detail: string, errors?: FieldProblem[]): Problem {
  return {
    type: "urn:atoz:test",
    title: "Not possible as things stand",
    status,
    detail,
    errors: errors ?? null,
    request_id: null,
  };
}

function refused(problem: Problem) {
  return HttpResponse.json(problem, { status: problem.status, headers: PROBLEM_JSON });
}

function greeting(): LiveMessage {
  const now = new Date().toISOString();
  return { type: "connection_established", data: { server_time: now, version: "0.1.0" }, timestamp: now };
}
