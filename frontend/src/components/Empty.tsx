import { Center, Stack, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";

interface EmptyProps {
  readonly icon: Icon;
  readonly title: string;
  readonly children: ReactNode;
}

/** Nothing to show, and why, or what will appear here. */
export function Empty({ icon: IconOf, title, children }: EmptyProps) {
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap={6} maw="42ch" ta="center">
        <IconOf size={32} stroke={1.4} color="var(--ink-soft)" aria-hidden />
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}
