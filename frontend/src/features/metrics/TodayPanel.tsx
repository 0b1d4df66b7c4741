import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { HelpTip } from "@/components/HelpTip";
import { Moment } from "@/components/Moment";
import { Panel } from "@/components/Panel";
import { LoadProblem } from "@/components/LoadProblem";
import { count, counted, share } from "@/lib/numbers";
import { runningTime, span } from "@/lib/time";
import { useLatestAccepted } from "./api/list-accepted";
import { useMetrics } from "./api/get-metrics";
import classes from "./Metrics.module.css";
import { typicalSpeed } from "./speed";

const HOUR_MS = 3_600_000;

/** Today's numbers. */
export function TodayPanel() {
  const { data: metrics, error, refetch } = useMetrics();
  const { data: accepted } = useLatestAccepted();
  const speed = typicalSpeed(accepted ?? []);

  if (metrics === undefined && error !== null) {
    return (
      <Panel title="Today">
        <LoadProblem what="Today's numbers could not be loaded" error={error} onRetry={() => void refetch()} />
      </Panel>
    );
  }
  return (
    <Panel title="Today" help="The day as it is in London, from midnight to midnight.">
      <dl className={classes.figures}>
        <Figure name="Accepted" main>
          {metrics && count(metrics.accepted_today)}
        </Figure>
        <Figure
          name="Acceptance rate"
          help="Of today's jobs that are settled (accepted, lost, or not matching your settings), the part that was accepted."
          main
        >
          {metrics && share(metrics.acceptance_rate_today)}
        </Figure>
        <Figure name="Jobs seen" help="Jobs that appeared on the board today for the first time." main>
          {metrics && count(metrics.total_jobs_today)}
        </Figure>
        <Figure
          name="Typical speed"
          help={`From the moment the bot saw a job to the moment the portal showed it as yours: the middle value of ${
            accepted === undefined || accepted.length === 0
              ? "your latest accepted jobs"
              : `your latest ${counted(accepted.length, "accepted job")}`
          }.`}
          main
        >
          {accepted && (speed === undefined ? "–" : span(speed))}
        </Figure>
        <Figure name="Most active language">{metrics && (metrics.most_active_language ?? "–")}</Figure>
        <Figure name="Running for" help="How long the present session of the bot has been running.">
          {metrics &&
            (metrics.bot_uptime_hours === 0 ? "Not running" : runningTime(metrics.bot_uptime_hours * HOUR_MS))}
        </Figure>
        <Figure name="Last activity">
          {metrics && (metrics.last_activity === null ? "–" : <Moment at={metrics.last_activity} />)}
        </Figure>
        {metrics !== undefined && metrics.active_sessions > 1 && (
          <Figure name="Bots at work" help="More than one bot is running; the Sessions page lists them.">
            {count(metrics.active_sessions)}
          </Figure>
        )}
      </dl>
    </Panel>
  );
}

interface FigureProps {
  readonly name: string;
  readonly help?: string;
  /** One of the large ones. */
  readonly main?: boolean;
  /** Undefined while it is not known yet. */
  readonly children: ReactNode;
}

function Figure({ name, help, main = false, children }: FigureProps) {
  return (
    <div className={classes.figure} data-main={main}>
      <dt>
        {name}
        {help !== undefined && <HelpTip about={name}>{help}</HelpTip>}
      </dt>
      <dd className="tabular">{children ?? <Skeleton height="1em" width="60%" />}</dd>
    </div>
  );
}
