import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconHistory, IconSchool, IconTerminal2 } from "@tabler/icons-react";
import { useId, type ReactNode } from "react";
import { useSteerBot } from "@/api/requests/steer-bot";
import type { SessionStatus } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Moment } from "@/components/Moment";
import { PageHeading } from "@/components/PageHeading";
import { LoadProblem } from "@/components/LoadProblem";
import { ProblemNote } from "@/components/ProblemNote";
import { ShowMore } from "@/components/ShowMore";
import { ToneLabel } from "@/components/ToneLabel";
import { count } from "@/lib/numbers";
import { dayAndTime, runningTime } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { DOING_ICON } from "@/messages/doing-icon";
import { sessionWords } from "@/messages/session-state";
import { useSessions } from "./api/list-sessions";
import classes from "./Sessions.module.css";

/** Every time the bot ran. */
export function SessionsPage() {
  const list = useSessions();
  const sessions = list.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="lg">
      <PageHeading title="Sessions">
        A session is one run of the bot, from its start to its stop. A bot that was started in a terminal is listed here
        too.
      </PageHeading>
      {list.error !== null && (
        <LoadProblem
          what="The sessions could not be loaded"
          error={list.error}
          hasOlder={sessions !== undefined}
          onRetry={() => void list.refetch()}
        />
      )}
      {sessions === undefined ? (
        list.error === null && (
          <Stack gap="sm" aria-hidden>
            <Skeleton height={120} radius="lg" />
            <Skeleton height={120} radius="lg" />
          </Stack>
        )
      ) : sessions.length === 0 ? (
        <div className={classes.session}>
          <Empty icon={IconHistory} title="No session yet">
            Start the bot on the overview page, and its first session appears here.
          </Empty>
        </div>
      ) : (
        <div>
          <ul className={classes.sessions}>
            {sessions.map((session) => (
              <li key={session.session_id}>
                <SessionCard session={session} />
              </li>
            ))}
          </ul>
          <ShowMore
            what="sessions"
            hasMore={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </div>
      )}
    </Stack>
  );
}

function SessionCard({ session }: { readonly session: SessionStatus }) {
  const headingId = useId();
  const steer = useSteerBot();
  const { doing, tone, title } = sessionWords(session);
  const canStop = session.is_running && doing !== "stopping";
  return (
    <article className={classes.session} aria-labelledby={headingId}>
      <div className={classes.head}>
        <Title order={2} id={headingId} className={classes.name}>
          {session.start_time === null ? "Not started yet" : dayAndTime(new Date(session.start_time))}{" "}
          <span className={classes.id}>{session.session_name ?? session.session_id}</span>
        </Title>
        <ToneLabel tone={tone} icon={DOING_ICON[doing]}>
          {title}
        </ToneLabel>
        {session.started_by === "command_line" && (
          <ToneLabel tone="info" icon={IconTerminal2}>
            Started in a terminal
          </ToneLabel>
        )}
        {session.practice_mode && (
          <ToneLabel tone="warn" icon={IconSchool}>
            Practice
          </ToneLabel>
        )}
        {canStop && session.session_id !== null && (
          <Button
            size="xs"
            variant="default"
            className={classes.stop}
            loading={steer.isPending}
            onClick={() => {
              if (session.session_id !== null) steer.mutate({ action: "stop", sessionId: session.session_id });
            }}
          >
            Stop this bot
          </Button>
        )}
      </div>
      {session.status_reason !== null && (
        <Text size="sm" mt={6}>
          {session.status_reason}
        </Text>
      )}
      <dl className={classes.facts}>
        <Fact name="Started">{session.start_time === null ? "–" : <Moment at={session.start_time} as="clock" />}</Fact>
        <Fact name={session.is_running ? "Running for" : "Ran for"}>
          <Length session={session} />
        </Fact>
        <Fact name="Accepted">{count(session.total_accepted)}</Fact>
        <Fact name="Lost">{count(session.total_lost)}</Fact>
        <Fact name="Did not match">{count(session.total_rejected)}</Fact>
        <Fact name="Looks at the board">{count(session.total_checks)}</Fact>
        {session.interpreter_name !== null && (
          <Fact name={session.is_running && session.login_status !== "refused" ? "Signed in as" : "Account"}>
            {session.interpreter_name}
          </Fact>
        )}
        {session.portal !== null && <Fact name="Portal">{session.portal}</Fact>}
      </dl>
      {steer.isError && <ProblemNote what="The bot could not be stopped" error={steer.error} />}
    </article>
  );
}

function Length({ session }: { readonly session: SessionStatus }) {
  const now = useNow();
  if (session.start_time === null) return "–";
  const end = session.end_time ?? (session.is_running ? now.toISOString() : session.last_heartbeat_at);
  return end === null ? "–" : runningTime(Date.parse(end) - Date.parse(session.start_time));
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}
