import { describe, expect, it } from "vitest";
import type { AnalyticsPeriod } from "@/api/types";
import { aJob } from "@/testing/fixtures";
import { hoursOfDay, languagesOf } from "./hours";
import { typicalSpeed } from "./speed";

function period(period_start: string, changes: Partial<AnalyticsPeriod> = {}): AnalyticsPeriod {
  return {
    period_start,
    account_id: "acc-1",
    checks: 0,
    jobs_seen: 0,
    jobs_accepted: 0,
    jobs_rejected: 0,
    jobs_lost: 0,
    languages: {},
    ...changes,
  };
}

describe("the hours of a day", () => {
  it("are London's, with the sums of all accounts", () => {
    const hours = hoursOfDay("2026-07-01", [
      period("2026-06-30T23:00:00Z", { jobs_accepted: 1, jobs_rejected: 4 }),
      period("2026-06-30T23:00:00Z", { account_id: "acc-2", jobs_accepted: 2, jobs_lost: 1 }),
      period("2026-07-01T08:00:00Z", { jobs_lost: 3 }),
    ]);

    expect(hours).toHaveLength(24);
    expect(hours[0]).toEqual({ hour: "00:00", accepted: 3, lost: 1, rejected: 4 });
    expect(hours[9]).toEqual({ hour: "09:00", accepted: 0, lost: 3, rejected: 0 });
  });

  it.each([
    ["2026-03-29", 23],
    ["2026-10-25", 25],
  ])("%s, on which the clocks change, has %d", (day, count) => {
    expect(hoursOfDay(day, [])).toHaveLength(count);
  });

  it("say which languages were asked for, the most first", () => {
    expect(
      languagesOf([
        period("2026-07-01T08:00:00Z", { languages: { Urdu: 1, Polish: 2 } }),
        period("2026-07-01T09:00:00Z", { languages: { Urdu: 1, Arabic: 5 } }),
      ]),
    ).toEqual([
      ["Arabic", 5],
      ["Polish", 2],
      ["Urdu", 2],
    ]);
  });
});

describe("the typical speed", () => {
  const taking = (milliseconds: number) =>
    aJob({
      seen_at: "2026-11-20T10:00:00Z",
      confirmed_at: new Date(Date.UTC(2026, 10, 20, 10) + milliseconds).toISOString(),
    });

  it.each([
    [[], undefined],
    [[300], 300],
    [[300, 500], 400],
    // one slow job does not move the middle
    [[90_000, 300, 500], 500],
  ])("of %j ms is %s", (times, expected) => {
    expect(typicalSpeed(times.map(taking))).toBe(expected);
  });

  it("leaves out jobs whose steps are not known", () => {
    expect(typicalSpeed([aJob({ confirmed_at: null }), taking(300)])).toBe(300);
  });
});
