import { Button, Center } from "@mantine/core";

interface ShowMoreProps {
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly onMore: () => void;
  /** What follows: "older jobs". */
  readonly what: string;
}

/** The way to the next page of a list. */
export function ShowMore({ hasMore, loading, onMore, what }: ShowMoreProps) {
  if (!hasMore) return null;
  return (
    <Center mt="md">
      <Button variant="default" loading={loading} onClick={onMore}>
        Show more {what}
      </Button>
    </Center>
  );
}
