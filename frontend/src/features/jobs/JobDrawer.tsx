import { Drawer } from "@mantine/core";
import { lazy, Suspense } from "react";
import { DrawerHead } from "./DrawerHead";

const JobInFull = lazy(async () => ({ default: (await import("./JobInFull")).JobInFull }));

interface JobDrawerProps {
  /** The job's `jobId`; undefined while none was looked at. */
  readonly id: string | undefined;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** One job, beside the page. The drawer itself is always there, so that it knows where the focus was before it opened. */
export function JobDrawer({ id, opened, onClose }: JobDrawerProps) {
  return (
    <Drawer.Root opened={opened} onClose={onClose} position="right" size="lg">
      <Drawer.Overlay />
      <Drawer.Content bg="var(--surface)">
        <Suspense fallback={<DrawerHead title="Job" />}>{id !== undefined && <JobInFull id={id} />}</Suspense>
      </Drawer.Content>
    </Drawer.Root>
  );
}
