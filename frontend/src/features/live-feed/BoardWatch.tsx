import { Text } from "@mantine/core";
import { useLastCycle } from "@/api/live/live-data";
import { useSessionStatus } from "@/api/requests/get-session-status";
import { counted } from "@/lib/numbers";
import { agoExactly, span } from "@/lib/time";
import { useNowExactly } from "@/lib/use-now";
import classes from "./LiveFeed.module.css";

/** The bot's latest look at the board: a pulse that says that it works, and no line of the feed. */
export function BoardWatch() {
  const cycle = useLastCycle();
  const { data: session } = useSessionStatus();
  const now = useNowExactly();
  if (cycle === undefined || session?.is_running !== true || session.status !== "running") return null;
  return (
    <Text size="sm" c="dimmed" className={classes.watch} component="p">
      <span className={classes.dot} aria-hidden />
      <span className="tabular">
        Looked at the board {agoExactly(new Date(cycle.at), now)}, {counted(cycle.jobs_on_board, "job")} on it, took{" "}
        {span(cycle.duration_ms)}
      </span>
    </Text>
  );
}
