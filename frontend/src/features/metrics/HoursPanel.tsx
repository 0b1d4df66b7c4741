import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import { Panel } from "@/components/Panel";
import { LoadProblem } from "@/components/LoadProblem";
import { londonDay } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { useHours } from "./api/list-hours";
import { hoursOfDay } from "./hours";

const CHART_HEIGHT = 220;

/** The chart library is large; the page does not wait for it. */
const HoursChart = lazy(async () => ({ default: (await import("./HoursChart")).HoursChart }));

/** When today's jobs came, and what became of them. */
export function HoursPanel() {
  const now = useNow();
  const day = londonDay(now);
  const { data: periods, error, refetch } = useHours(day);
  // The chart is drawn again when its numbers change, not with every second.
  const hours = useMemo(() => hoursOfDay(day, periods ?? []), [day, periods]);

  return (
    <Panel title="Today by the hour" help="When jobs came today, in London time, and what became of them.">
      {periods === undefined ? (
        error === null ? (
          <Skeleton height={CHART_HEIGHT} />
        ) : (
          <LoadProblem what="The hours could not be loaded" error={error} onRetry={() => void refetch()} />
        )
      ) : periods.length === 0 ? (
        <Text c="dimmed" size="sm">
          No job came today yet.
        </Text>
      ) : (
        <Suspense fallback={<Skeleton height={CHART_HEIGHT} />}>
          <HoursChart hours={hours} height={CHART_HEIGHT} />
        </Suspense>
      )}
    </Panel>
  );
}
