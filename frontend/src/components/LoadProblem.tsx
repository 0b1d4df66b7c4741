import { Text } from "@mantine/core";
import { isPassing } from "@/api/problem";
import { ProblemNote } from "./ProblemNote";

interface LoadProblemProps {
  /** What could not be loaded: "The jobs could not be loaded". */
  readonly what: string;
  readonly error: unknown;
  /** What was loaded before is still shown. */
  readonly hasOlder?: boolean;
  readonly onRetry: () => void;
}

/**
 * Something could not be loaded. While the whole system is away for a moment the banner above the page says so, and
 * every part of the page only says that it waits.
 */
export function LoadProblem({ what, error, hasOlder = false, onRetry }: LoadProblemProps) {
  if (!isPassing(error)) return <ProblemNote what={what} error={error} onRetry={onRetry} />;
  if (hasOlder) return null;
  return (
    <Text size="sm" c="dimmed">
      {what} yet. The page tries again by itself.
    </Text>
  );
}
