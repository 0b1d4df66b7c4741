import "@mantine/charts/styles.layer.css";
import { BarChart } from "@mantine/charts";
import { VisuallyHidden } from "@mantine/core";
import { memo } from "react";
import type { Tone } from "@/messages/tone";
import type { Hour } from "./hours";
import classes from "./Metrics.module.css";

interface HoursChartProps {
  readonly hours: readonly Hour[];
  /** Pixels. */
  readonly height: number;
}

const SERIES = [
  { name: "accepted", label: "Accepted", tone: "good" },
  { name: "lost", label: "Lost", tone: "warn" },
  { name: "rejected", label: "Did not match", tone: "quiet" },
] as const satisfies readonly { name: keyof Hour; label: string; tone: Tone }[];

/** Bars for the eye, a table for who cannot see them. */
export const HoursChart = memo(function HoursChart({ hours, height }: HoursChartProps) {
  return (
    <figure className={classes.chart}>
      <div aria-hidden>
        <BarChart
          h={height}
          data={[...hours]}
          dataKey="hour"
          type="stacked"
          series={SERIES.map(({ name, label, tone }) => ({ name, label, color: `var(--${tone}-strong)` }))}
          gridAxis="x"
          tickLine="none"
          maxBarWidth={28}
          yAxisProps={{ width: 32, allowDecimals: false }}
          xAxisProps={{ interval: "preserveStartEnd", minTickGap: 12 }}
          barChartProps={{ accessibilityLayer: false }}
          barProps={{ isAnimationActive: false }}
        />
      </div>
      <figcaption className={classes.legend} aria-hidden>
        {SERIES.map(({ name, label, tone }) => (
          <span key={name} className={classes.key} data-tone={tone}>
            <span className={classes.swatch} />
            {label}
          </span>
        ))}
      </figcaption>
      <VisuallyHidden>
        <table>
          <caption>Today by the hour</caption>
          <thead>
            <tr>
              <th scope="col">Hour</th>
              {SERIES.map(({ name, label }) => (
                <th key={name} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {hours.map((hour) => (
              <tr key={hour.hour}>
                <th scope="row">{hour.hour}</th>
                {SERIES.map(({ name }) => (
                  <td key={name}>{hour[name]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </figure>
  );
});
