import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { afterAction, inWords } from "@/api/problem";
import classes from "./ProblemNote.module.css";

interface ProblemNoteProps {
  /** What could not be done: "The bot could not be started". */
  readonly what: string;
  readonly error: unknown;
  /** Where something could not be loaded; else it was a button's doing that failed. */
  readonly onRetry?: () => void;
}

/** Something went wrong, said where it happened, with the reason in words. */
export function ProblemNote({ what, error, onRetry }: ProblemNoteProps) {
  return (
    <div role="alert" className={classes.note} data-tone="bad">
      <IconAlertTriangle size={20} stroke={1.8} aria-hidden />
      <div className={classes.words}>
        <span className={classes.what}>{what}</span>
        {onRetry === undefined ? afterAction(error) : inWords(error)}
      </div>
      {onRetry !== undefined && (
        <Button size="xs" variant="default" className={classes.retry} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
