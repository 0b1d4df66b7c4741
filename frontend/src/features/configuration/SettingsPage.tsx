import { Skeleton, Stack } from "@mantine/core";
import { PageHeading } from "@/components/PageHeading";
import { LoadProblem } from "@/components/LoadProblem";
import { useConfiguration } from "@/api/requests/get-configuration";
import { SettingsForm } from "./SettingsForm";

/** How the bot watches and what it accepts. */
export function SettingsPage() {
  const { data: saved, error, refetch } = useConfiguration();
  return (
    <Stack gap="lg">
      <PageHeading title="Settings">
        How the bot watches the board and which jobs it accepts. A running bot takes up what you save within a second.
      </PageHeading>
      {saved === undefined ? (
        error === null ? (
          <Stack aria-hidden>
            <Skeleton height={220} radius="lg" />
            <Skeleton height={180} radius="lg" />
          </Stack>
        ) : (
          <LoadProblem what="Your settings could not be loaded" error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <SettingsForm saved={saved} />
      )}
    </Stack>
  );
}
