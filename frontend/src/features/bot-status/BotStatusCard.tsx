import { Skeleton, Text, Title } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";
import { useId, type ReactNode } from "react";
import { useConnection } from "@/api/live/context";
import { useConfiguration } from "@/api/requests/get-configuration";
import { useSessionStatus } from "@/api/requests/get-session-status";
import type { Mode, SessionStatus } from "@/api/types";
import { HelpTip } from "@/components/HelpTip";
import { Moment } from "@/components/Moment";
import { LoadProblem } from "@/components/LoadProblem";
import { count, counted } from "@/lib/numbers";
import { runningTime } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { DOING_ICON } from "@/messages/doing-icon";
import { MODE } from "@/messages/mode";
import { sessionWords } from "@/messages/session-state";
import { BotControls } from "./BotControls";
import classes from "./BotStatus.module.css";

/** Whether the bot runs, why not, and the buttons that change it. */
export function BotStatusCard() {
  const headingId = useId();
  const { phase } = useConnection();
  const { data: session, error, refetch } = useSessionStatus();
  const mode = useConfiguration().data?.configuration.mode;

  if (session === undefined) {
    return (
      <section className={classes.card} data-tone="quiet" aria-label="The bot" aria-busy={error === null}>
        {error === null ? (
          <Skeleton height={88} />
        ) : (
          <LoadProblem what="How the bot stands is not known" error={error} onRetry={() => void refetch()} />
        )}
      </section>
    );
  }

  const words = sessionWords(session, mode);
  const IconOf = DOING_ICON[words.doing];
  return (
    <section className={classes.card} data-tone={words.tone} aria-labelledby={headingId}>
      <div className={classes.top}>
        <div
          className={classes.emblem}
          data-alive={phase === "live" && words.doing === "working" && words.tone === "good"}
        >
          <IconOf size={30} stroke={1.7} aria-hidden />
        </div>
        <div className={classes.words} role="status">
          <Title order={2} id={headingId} className={classes.title}>
            {words.title}
          </Title>
          <Text className={classes.text}>{words.text}</Text>
        </div>
        <BotControls session={session} />
      </div>
      {session.session_id !== null && <Facts session={session} mode={mode} />}
    </section>
  );
}

function Facts({ session, mode }: { readonly session: SessionStatus; readonly mode: Mode | undefined }) {
  const now = useNow();
  const since = session.start_time;
  const until = session.end_time;
  return (
    <dl className={classes.facts}>
      {mode !== undefined && (
        <Fact name="What it does" help={`${MODE[mode].meaning} You can change it in the settings.`}>
          {MODE[mode].short}
        </Fact>
      )}
      {session.interpreter_name !== null && (
        <Fact name={session.is_running && session.login_status !== "refused" ? "Signed in as" : "Account"}>
          {session.interpreter_name}
        </Fact>
      )}
      {since !== null && (
        <Fact name={session.is_running ? "Running since" : "Started"}>
          <Moment at={since} as="clock" />
          {session.is_running && ` (${runningTime(now.getTime() - Date.parse(since))})`}
        </Fact>
      )}
      {!session.is_running && until !== null && (
        <Fact name="Ended">
          <Moment at={until} as="clock" />
        </Fact>
      )}
      {!session.is_running && session.last_heartbeat_at !== null && (
        <Fact
          name="Last sign of life"
          help="A running bot tells every second that it is there. When it is silent for five seconds it counts as not running."
        >
          <Moment at={session.last_heartbeat_at} />
        </Fact>
      )}
      <Fact
        name="This session"
        help="From this start of the bot to its stop, also when it had to be started again."
        wide
      >
        <span className="tabular">
          {counted(session.total_accepted, "job")} accepted, {count(session.total_lost)} lost,{" "}
          {count(session.total_rejected)} did not match, {counted(session.total_checks, "look")} at the board
        </span>
      </Fact>
      {session.started_by === "command_line" && (
        <Fact name="Started">
          <span className={classes.terminal}>
            <IconTerminal2 size={16} stroke={1.8} aria-hidden /> in a terminal
          </span>
        </Fact>
      )}
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly help?: string;
  /** Takes the whole width of a phone. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

function Fact({ name, help, wide = false, children }: FactProps) {
  return (
    <div className={classes.fact} data-wide={wide}>
      <dt>
        {name}
        {help !== undefined && <HelpTip about={name}>{help}</HelpTip>}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
