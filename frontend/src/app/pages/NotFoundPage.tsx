import { Anchor, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { PageHeading } from "@/components/PageHeading";

export function NotFoundPage() {
  return (
    <Stack gap="md">
      <PageHeading title="There is no such page">
        The address may be mistyped, or the page has moved.{" "}
        <Anchor component={Link} to="/">
          Go to the overview
        </Anchor>
      </PageHeading>
    </Stack>
  );
}
