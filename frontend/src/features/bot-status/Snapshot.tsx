import { Button, Stack, Text } from "@mantine/core";
import { IconCamera } from "@tabler/icons-react";
import { useSaid } from "@/api/live/live-data";
import { useTakeSnapshot } from "@/api/requests/take-snapshot";
import type { SessionStatus } from "@/api/types";
import { ProblemNote } from "@/components/ProblemNote";

const ABOUT_PICTURES: ReadonlySet<string> = new Set(["snapshot_kept", "no_snapshot", "evidence_not_kept"]);

/** The bot's clock and the browser's may differ a little. */
const CLOCKS_DIFFER_MS = 2_000;

/** Has the bot keep a picture of what the portal shows, and says where. */
export function Snapshot({ session }: { readonly session: SessionStatus }) {
  const asking = useTakeSnapshot();
  const said = useSaid().find(
    ({ action, session_id, at }) =>
      asking.isSuccess &&
      ABOUT_PICTURES.has(action) &&
      session_id === session.session_id &&
      Date.parse(at) >= asking.submittedAt - CLOCKS_DIFFER_MS,
  );
  return (
    <Stack gap={6} align="inherit">
      <Button
        size="xs"
        variant="subtle"
        leftSection={<IconCamera size={16} stroke={1.8} aria-hidden />}
        loading={asking.isPending}
        onClick={() => asking.mutate()}
      >
        Take a picture of the portal
      </Button>
      <Text size="sm" role="status" c={said?.isError === true ? "var(--bad-text)" : "dimmed"} ta="inherit">
        {said?.message ?? (asking.isSuccess ? asking.data.message : "")}
      </Text>
      {asking.isError && <ProblemNote what="No picture was taken" error={asking.error} />}
    </Stack>
  );
}
