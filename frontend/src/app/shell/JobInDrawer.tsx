import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { JobDrawer } from "@/features/jobs/JobDrawer";
import { openJob } from "../search";

/** The job that the address names, over whatever page is shown. */
export function JobInDrawer() {
  const { job: id } = openJob(useSearch({ strict: false }));
  const navigate = useNavigate();
  // The last one stays in the drawer while it closes.
  const [shown, setShown] = useState(id);
  if (id !== undefined && id !== shown) setShown(id);

  const close = () =>
    void navigate({ to: ".", search: ({ job, ...others }) => others, replace: true, resetScroll: false });
  return <JobDrawer id={shown} opened={id !== undefined} onClose={close} />;
}
