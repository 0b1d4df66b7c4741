import { Text } from "@mantine/core";
import { Panel } from "@/components/Panel";
import { counted } from "@/lib/numbers";
import { londonDay } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { useHours } from "./api/list-hours";
import { languagesOf } from "./hours";
import classes from "./Metrics.module.css";

const SHOWN = 6;

/** Which languages are asked for today. */
export function LanguagesPanel() {
  const { data: periods } = useHours(londonDay(useNow()));
  if (periods === undefined) return null;
  const languages = languagesOf(periods);
  const most = languages[0]?.[1] ?? 0;
  return (
    <Panel title="Languages today" help="New jobs on the board today, whatever became of them.">
      {languages.length === 0 ? (
        <Text c="dimmed" size="sm">
          No job came today yet.
        </Text>
      ) : (
        <ul className={classes.languages}>
          {languages.slice(0, SHOWN).map(([language, jobs]) => (
            <li key={language} className={classes.language}>
              <span>{language}</span>
              <span className="tabular">{counted(jobs, "job")}</span>
              <span className={classes.bar} aria-hidden>
                <span style={{ width: `${String((jobs / most) * 100)}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
