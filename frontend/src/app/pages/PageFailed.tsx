import { Button, Stack, Text } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { PageHeading } from "@/components/PageHeading";

/** A page broke while it was drawn, or its part of the program could not be loaded after an update. */
export function PageFailed({ error }: ErrorComponentProps) {
  return (
    <Stack gap="md" align="flex-start">
      <PageHeading title="This page could not be shown">
        The bot is not affected. Reload the page; if it happens again, please report what stands below.
      </PageHeading>
      <Button onClick={() => globalThis.location.reload()}>Reload</Button>
      <Text size="sm" c="dimmed" ff="monospace">
        {error instanceof Error ? error.message : String(error)}
      </Text>
    </Stack>
  );
}
