import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

/** Opens a job's drawer over whatever page is shown. */
export function useOpenJob(): (id: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (id) => void navigate({ to: ".", search: (before) => ({ ...before, job: id }), resetScroll: false }),
    [navigate],
  );
}
