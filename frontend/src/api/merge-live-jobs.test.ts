import { describe, expect, it } from "vitest";
import { aJob } from "@/testing/fixtures";
import { jobId } from "./job-id";
import type { LiveJobs } from "./live/handlers/jobs";
import type { JobFilters } from "./query-keys";
import type { JobRecord } from "./types";
import { fits, mergeLiveJobs } from "./merge-live-jobs";

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();
const job = (number: number, seen: number, changes: Partial<JobRecord> = {}) =>
  aJob({ job_number: String(number), seen_at: at(seen), updated_at: at(seen), ...changes });
const live = (...jobs: readonly JobRecord[]): LiveJobs => new Map(jobs.map((one) => [jobId(one), one]));
const numbers = (jobs: readonly JobRecord[]) => jobs.map(({ job_number }) => job_number);

describe("jobs, answered and live", () => {
  it("are each there once, in the later report, the newest first", () => {
    const jobs = mergeLiveJobs({
      answered: [job(3, 30, { updated_at: at(50) }), job(1, 10)],
      live: live(job(1, 10, { status: "lost", updated_at: at(40) }), job(3, 30, { status: "pending" }), job(4, 45)),
      filters: {},
      hasOlder: false,
    });

    expect(numbers(jobs)).toEqual(["4", "3", "1"]);
    expect(jobs.map(({ status }) => status)).toEqual(["accepted", "accepted", "lost"]);
  });

  it("leave an old one to its page while the API has older ones", () => {
    const known = { answered: [job(3, 30), job(2, 20)], live: live(job(1, 10)), filters: {} };

    expect(numbers(mergeLiveJobs({ ...known, hasOlder: true }))).toEqual(["3", "2"]);
    expect(numbers(mergeLiveJobs({ ...known, hasOlder: false }))).toEqual(["3", "2", "1"]);
  });

  it("disappear when they no longer fit the filters", () => {
    const jobs = mergeLiveJobs({
      answered: [job(1, 10, { status: "pending" })],
      live: live(job(1, 10, { status: "accepted", updated_at: at(20) })),
      filters: { status: "pending" },
      hasOlder: false,
    });

    expect(jobs).toEqual([]);
  });
});

describe("a job fits", () => {
  const polish = aJob({
    reference: "10432/atoz",
    language: "Polish",
    kind: "Telephone Interpreting",
    company_name: "Northgate Health Trust",
    postcode: "LS1 4AB",
    status: "accepted",
    // half past midnight in London, still the day before in UTC
    seen_at: "2026-06-30T23:30:00Z",
  });

  it.each<[JobFilters, boolean]>([
    [{}, true],
    [{ status: "accepted" }, true],
    [{ status: "lost" }, false],
    [{ language: "Polish" }, true],
    [{ language: "Pol" }, false],
    [{ kind: "Video Interpreting" }, false],
    [{ from: "2026-07-01", to: "2026-07-01" }, true],
    [{ to: "2026-06-30" }, false],
    [{ from: "2026-07-02" }, false],
    [{ search: "104" }, true],
    [{ search: "0432" }, false],
    [{ search: "north HEALTH" }, true],
    [{ search: "north zebra" }, false],
    [{ search: "ls1" }, true],
    [{ search: "teleph" }, true],
    [{ search: "10432/atoz" }, true],
    [{ search: "pol tel" }, true],
    [{ search: "/ -" }, false],
    [{ search: "\u{1F600}" }, false],
  ])("%j: %s", (filters, expected) => {
    expect(fits(polish, filters)).toBe(expected);
  });

  it("are found by their number where the reference has another", () => {
    expect(fits(job(20_777, 1, { reference: "R-1" }), { search: "20777" })).toBe(true);
  });
});
