import { Code, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconFileText, IconInfoCircle, IconExclamationCircle, type Icon } from "@tabler/icons-react";
import { useState } from "react";
import { useLogList } from "@/api/requests/list-logs";
import type { LogEntry, LogLevel } from "@/api/types";
import { Empty } from "@/components/Empty";
import { MomentInFull } from "@/components/Moment";
import { PageHeading } from "@/components/PageHeading";
import { LoadProblem } from "@/components/LoadProblem";
import { ShowMore } from "@/components/ShowMore";
import { ToneLabel } from "@/components/ToneLabel";
import { asSentence } from "@/lib/sentence";
import type { Tone } from "@/messages/tone";
import classes from "./Log.module.css";

const LEVEL: Readonly<Record<LogLevel, { readonly label: string; readonly tone: Tone; readonly icon: Icon }>> = {
  info: { label: "Note", tone: "quiet", icon: IconInfoCircle },
  warning: { label: "Warning", tone: "warn", icon: IconExclamationCircle },
  error: { label: "Error", tone: "bad", icon: IconAlertTriangle },
};

const ALL = "all";
type Shown = LogLevel | typeof ALL;

/** What the bot and the control plane had to say. */
export function LogPage() {
  const [shown, setShown] = useState<Shown>(ALL);
  const list = useLogList(shown === ALL ? {} : { level: shown });
  const entries = list.data?.pages.flatMap((page) => page.items);
  return (
    <Stack gap="lg">
      <PageHeading title="Log">
        What the bot and the AtoZ Bot system had to say, the newest first, with what to do where there is something to
        do.
      </PageHeading>
      <SegmentedControl<Shown>
        aria-label="Which lines"
        className={classes.levels}
        value={shown}
        onChange={setShown}
        data={[
          { value: ALL, label: "All" },
          { value: "error", label: "Errors" },
          { value: "warning", label: "Warnings" },
          { value: "info", label: "Notes" },
        ]}
      />
      {list.error !== null && (
        <LoadProblem
          what="The log could not be loaded"
          error={list.error}
          hasOlder={entries !== undefined}
          onRetry={() => void list.refetch()}
        />
      )}
      {entries === undefined ? (
        list.error === null && <Skeleton height={240} radius="lg" aria-hidden />
      ) : entries.length === 0 ? (
        <div className={classes.log}>
          <Empty icon={IconFileText} title="Nothing here">
            {shown === ALL ? "The log is still empty." : "There is no such line in the log."}
          </Empty>
        </div>
      ) : (
        <div>
          <ol className={classes.log}>
            {entries.map((entry) => (
              <Line key={entry.id} entry={entry} />
            ))}
          </ol>
          <ShowMore
            what="of the log"
            hasMore={list.hasNextPage}
            loading={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </div>
      )}
    </Stack>
  );
}

function Line({ entry }: { readonly entry: LogEntry }) {
  const { label, tone, icon } = LEVEL[entry.level];
  return (
    <li className={classes.line}>
      <span className={classes.level}>
        <ToneLabel tone={tone} icon={icon}>
          {label}
        </ToneLabel>
      </span>
      <div className={classes.words}>
        <Text>{entry.message}</Text>
        {entry.what_to_do !== null && (
          <Text size="sm" mt={2}>
            <strong>What to do:</strong> {asSentence(entry.what_to_do)}
          </Text>
        )}
        <Text size="xs" c="dimmed" mt={2}>
          <Code fz="inherit">{entry.action}</Code>
          {entry.session_id !== null && <> · {entry.session_id}</>}
        </Text>
      </div>
      <span className={classes.when}>
        <MomentInFull at={entry.at} />
      </span>
    </li>
  );
}
