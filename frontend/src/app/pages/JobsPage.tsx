import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { JobsTablePage } from "@/features/jobs/JobsTablePage";
import { jobFilters, openJob as openedJob } from "../search";
import { useOpenJob } from "../use-open-job";

const route = getRouteApi("/jobs");

export function JobsPage() {
  // The router hands on what it could not use, too.
  const search = route.useSearch();
  const filters = useMemo(() => jobFilters(search), [search]);
  const navigate = useNavigate({ from: "/jobs" });
  const openJob = useOpenJob();
  return (
    <JobsTablePage
      filters={filters}
      onFiltersChange={(next) =>
        void navigate({ search: ({ job }) => ({ ...next, ...openedJob({ job }) }), replace: true, resetScroll: false })
      }
      onOpenJob={openJob}
    />
  );
}
