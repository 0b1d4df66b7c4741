import { IconPlugConnectedX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useConnection } from "@/api/live/context";
import { inWords } from "@/api/problem";
import { useHealth } from "@/api/requests/get-health";
import { clockTime } from "@/lib/time";
import classes from "./Shell.module.css";

/** Says that the page shows the past, and from when, or that something which the whole system needs is missing. */
export function ConnectionBanner() {
  const connection = useConnection();
  const { data: health, error } = useHealth();

  if (connection.phase === "lost") {
    return (
      <Banner>
        {connection.knownAt === null ? (
          <>
            The AtoZ Bot system does not answer. Is it started (<code>./start_system.sh</code>)? This page keeps trying
            and fills by itself as soon as it is there.
          </>
        ) : (
          <>
            Reconnecting… This page shows what was known at {clockTime(connection.knownAt)}. A running bot goes on
            working; the page catches up by itself.
          </>
        )}
      </Banner>
    );
  }
  if (error !== null) return <Banner>{inWords(error)} This page tries again by itself.</Banner>;
  if (health?.status !== "degraded") return null;
  return (
    <Banner>
      Something that the system needs is missing. A running bot goes on working and keeps its reports.
      <ul className={classes.missing}>
        {health.checks
          .filter(({ ok }) => !ok)
          .map(({ name, seen, what_to_do }) => (
            <li key={name}>
              <strong>{PART[name] ?? name}</strong>: {seen}. {what_to_do}
            </li>
          ))}
      </ul>
    </Banner>
  );
}

/** The parts of the system, for people; one that is not here is called by its name. */
const PART: Readonly<Record<string, string>> = {
  postgres: "The database (PostgreSQL)",
  redis: "The line to the bots (Redis)",
  ingest: "Keeping the bots' reports",
  supervisor: "Looking after the bots",
  "dashboard build": "The built dashboard",
};

function Banner({ children }: { readonly children: ReactNode }) {
  return (
    <div className={classes.banner} data-tone="warn" role="alert">
      <IconPlugConnectedX size={20} stroke={1.8} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
