import { Skeleton, Stack, Switch, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle, IconListSearch, type Icon } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { jobId } from "@/api/job-id";
import { useLiveJobs } from "@/api/live/live-data";
import { useRecentJobs } from "@/api/requests/list-jobs";
import { useRecentLogs } from "@/api/requests/list-logs";
import { mergeLiveJobs } from "@/api/merge-live-jobs";
import { Empty } from "@/components/Empty";
import { JobStatusLabel } from "@/components/JobStatusLabel";
import { MomentInFull } from "@/components/Moment";
import { Panel } from "@/components/Panel";
import { LoadProblem } from "@/components/LoadProblem";
import { ShowMore } from "@/components/ShowMore";
import { ToneLabel } from "@/components/ToneLabel";
import { asSentence } from "@/lib/sentence";
import { jobStatusWords } from "@/messages/job-status";
import type { Tone } from "@/messages/tone";
import { BoardWatch } from "./BoardWatch";
import { feedOf, type FeedItem } from "./feed";
import classes from "./LiveFeed.module.css";
import { useLiveLines } from "./use-live-lines";

/** As many as fit a screen; the rest comes when it is asked for. */
const FIRST_SHOWN = 12;

interface LiveFeedPanelProps {
  /** The owner wants to see a job, given by its `jobId`. */
  readonly onOpenJob: (id: string) => void;
}

/** What happens, as it happens. */
export function LiveFeedPanel({ onOpenJob }: LiveFeedPanelProps) {
  const { items, error, refetch } = useFeed();
  // While the list is held, what was shown stays, so that it can be read in peace.
  const [held, setHeld] = useState<readonly FeedItem[] | null>(null);
  const [length, setLength] = useState(FIRST_SHOWN);
  const shown = held ?? items;

  return (
    <Panel
      title="What is happening"
      aside={
        <Switch
          size="sm"
          label="Hold still"
          checked={held !== null}
          onChange={(event) => setHeld(event.currentTarget.checked ? (items ?? []) : null)}
        />
      }
    >
      <BoardWatch />
      {shown === undefined ? (
        error === null ? (
          <Stack gap="sm" aria-hidden>
            <Skeleton height={44} />
            <Skeleton height={44} />
            <Skeleton height={44} />
          </Stack>
        ) : (
          <LoadProblem what="What happened lately could not be loaded" error={error} onRetry={refetch} />
        )
      ) : shown.length === 0 ? (
        <Empty icon={IconListSearch} title="Nothing yet">
          As soon as the bot sees a job, it appears here with what the bot did and why.
        </Empty>
      ) : (
        <>
          <ol className={classes.feed}>
            {shown.slice(0, length).map((item) => (
              <li key={item.id} className={classes.item}>
                {item.kind === "job" ? <JobRow item={item} onOpenJob={onOpenJob} /> : <LineRow item={item} />}
              </li>
            ))}
          </ol>
          <ShowMore
            what="of what happened"
            hasMore={shown.length > length}
            loading={false}
            onMore={() => setLength(Infinity)}
          />
        </>
      )}
      {held === null && <Announcer items={items ?? []} />}
    </Panel>
  );
}

/**
 * Says to screen readers what matters, once. The visible list is no live region: its times change every second, and
 * jobs that do not match come too often to be spoken.
 */
function Announcer({ items }: { readonly items: readonly FeedItem[] }) {
  const [since] = useState(() => Date.now());
  const newest = items.find((item) => item.kind === "line" || item.job.status !== "rejected");
  const isNew = newest !== undefined && Date.parse(newest.at) > since;
  return (
    <VisuallyHidden role="log" aria-label="What is happening">
      {isNew && <span key={`${newest.id} ${newest.at}`}>{spoken(newest)}</span>}
    </VisuallyHidden>
  );
}

function spoken(item: FeedItem): string {
  if (item.kind === "line") return [item.title, item.whatToDo].filter((part) => part !== null).join(" ");
  return `${jobStatusWords(item.job).label}: ${item.title}. ${item.text}`;
}

function useFeed() {
  const jobs = useRecentJobs();
  const logs = useRecentLogs();
  const liveJobs = useLiveJobs();
  const live = useLiveLines();

  const items = useMemo(() => {
    // Each part is shown as soon as it is there; nothing at all is "not known yet", not "nothing happened".
    if (jobs.data === undefined && logs.data === undefined) return undefined;
    const { items: answered = [], next_cursor = null } = jobs.data ?? {};
    const known = mergeLiveJobs({ answered, live: liveJobs, filters: {}, hasOlder: next_cursor !== null });
    return feedOf({ jobs: known, logged: logs.data?.items ?? [], live });
  }, [jobs.data, logs.data, liveJobs, live]);

  return {
    items,
    error: jobs.error ?? logs.error,
    refetch: () => {
      void jobs.refetch();
      void logs.refetch();
    },
  };
}

interface JobRowProps extends LiveFeedPanelProps {
  readonly item: Extract<FeedItem, { kind: "job" }>;
}

function JobRow({ item, onOpenJob }: JobRowProps) {
  return (
    <UnstyledButton className={classes.row} onClick={() => onOpenJob(jobId(item.job))} data-pressable>
      <span className={classes.what}>
        <JobStatusLabel job={item.job} />
      </span>
      <span className={classes.when}>
        <MomentInFull at={item.at} />
      </span>
      <span className={classes.words}>
        <span className={classes.title}>{item.title}</span>
        <span className={classes.text}>{item.text}</span>
      </span>
    </UnstyledButton>
  );
}

const LINE_ICON: Readonly<Record<Tone, Icon>> = {
  good: IconInfoCircle,
  info: IconInfoCircle,
  quiet: IconInfoCircle,
  warn: IconAlertTriangle,
  bad: IconAlertTriangle,
};

const LINE_LABEL: Readonly<Record<Tone, string>> = {
  good: "Note",
  info: "Note",
  quiet: "Note",
  warn: "Warning",
  bad: "Error",
};

function LineRow({ item }: { readonly item: Extract<FeedItem, { kind: "line" }> }) {
  const IconOf = LINE_ICON[item.tone];
  return (
    <div className={classes.row}>
      <span className={classes.what}>
        <ToneLabel tone={item.tone} icon={IconOf}>
          {LINE_LABEL[item.tone]}
        </ToneLabel>
      </span>
      <span className={classes.when}>
        <MomentInFull at={item.at} />
      </span>
      <span className={classes.words}>
        <span className={classes.title}>{item.title}</span>
        {item.whatToDo !== null && (
          <span className={classes.text}>
            <strong>What to do:</strong> {asSentence(item.whatToDo)}
          </span>
        )}
      </span>
    </div>
  );
}
