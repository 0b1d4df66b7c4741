import { useEffect, useState } from "react";

/** As long as a second press of a double click may take. */
const SETTLES_WITHIN_MS = 600;

interface Settling {
  /** It is part of the page from the page's beginning, so nothing else stood in its place. */
  readonly fromTheStart: boolean;
}

/** Whether something has stood at its place for a moment: a press that comes sooner was meant for what stood there. */
export function useSettled(place: string, { fromTheStart }: Settling = { fromTheStart: false }): boolean {
  const [settledAt, setSettledAt] = useState(fromTheStart ? place : undefined);
  useEffect(() => {
    const timer = setTimeout(() => setSettledAt(place), SETTLES_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [place]);
  return settledAt === place;
}
