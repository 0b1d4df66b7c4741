import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconListSearch } from "@tabler/icons-react";
import { useMemo } from "react";
import { useLiveJobs } from "@/api/live/live-data";
import type { JobFilters } from "@/api/query-keys";
import { useJobList } from "@/api/requests/list-jobs";
import { mergeLiveJobs } from "@/api/merge-live-jobs";
import { Empty } from "@/components/Empty";
import { PageHeading } from "@/components/PageHeading";
import { LoadProblem } from "@/components/LoadProblem";
import { ShowMore } from "@/components/ShowMore";
import { counted } from "@/lib/numbers";
import { FiltersBar } from "./FiltersBar";
import { JobCards } from "./JobCards";
import classes from "./Jobs.module.css";
import { JobsTable } from "./JobsTable";

interface JobsTablePageProps {
  readonly filters: JobFilters;
  readonly onFiltersChange: (filters: JobFilters) => void;
  /** The owner wants to see a job, given by its `jobId`. */
  readonly onOpenJob: (id: string) => void;
}

/** Every job that the bot saw, what it did about it, and why. */
export function JobsTablePage({ filters, onFiltersChange, onOpenJob }: JobsTablePageProps) {
  const list = useJobList(filters);
  const live = useLiveJobs();
  const isNarrow = useMediaQuery("(max-width: 56em)", false, { getInitialValueInEffect: false });
  const isFiltered = Object.keys(filters).length > 0;
  const { data, hasNextPage } = list;
  const jobs = useMemo(
    () =>
      data &&
      mergeLiveJobs({ answered: data.pages.flatMap((page) => page.items), live, filters, hasOlder: hasNextPage }),
    [data, live, filters, hasNextPage],
  );

  return (
    <Stack gap="lg">
      <PageHeading title="Jobs">
        Every job that the bot saw on the board, the newest first. Open one to see why the bot took it or left it.
      </PageHeading>
      <FiltersBar filters={filters} onChange={onFiltersChange} />
      {list.error !== null && (
        <LoadProblem
          what="The jobs could not be loaded"
          error={list.error}
          hasOlder={jobs !== undefined}
          onRetry={() => void list.refetch()}
        />
      )}
      {jobs === undefined ? (
        list.error === null && (
          <Stack gap="xs" aria-hidden>
            {[1, 2, 3, 4, 5].map((row) => (
              <Skeleton key={row} height={56} />
            ))}
          </Stack>
        )
      ) : jobs.length === 0 ? (
        <div className={classes.surface}>
          <Empty icon={IconListSearch} title={isFiltered ? "No job fits these filters" : "No job yet"}>
            {isFiltered ? (
              <Button variant="default" mt="sm" size="sm" onClick={() => onFiltersChange({})}>
                Show all jobs
              </Button>
            ) : (
              "Jobs appear here as soon as the bot sees them on the board."
            )}
          </Empty>
        </div>
      ) : (
        <div>
          <Text size="sm" c="dimmed" mb="xs" role="status">
            {counted(jobs.length, "job")} shown{hasNextPage && ", there are more"}
          </Text>
          {isNarrow ? <JobCards jobs={jobs} onOpenJob={onOpenJob} /> : <JobsTable jobs={jobs} onOpenJob={onOpenJob} />}
          <ShowMore
            what="jobs"
            hasMore={hasNextPage}
            loading={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </div>
      )}
    </Stack>
  );
}
