import { describe, expect, it } from "vitest";
import { aJob, aLogEntry, aRejectedJob } from "@/testing/fixtures";
import { feedOf, type LiveLine } from "./feed";

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 10, 0, second)).toISOString();

function liveLine(changes: Partial<LiveLine> = {}): LiveLine {
  const { id, ...line } = aLogEntry(changes);
  return line;
}

describe("the feed", () => {
  it("has jobs, the log and what the log does not have yet, the newest first", () => {
    const feed = feedOf({
      jobs: [aJob({ confirmed_at: at(10) }), aRejectedJob({ job_number: "2", decided_at: at(40) })],
      logged: [aLogEntry({ id: 7, at: at(20) })],
      live: [liveLine({ at: at(30), message: "Another one." })],
    });

    expect(feed.map(({ id }) => id)).toEqual([
      "job:atoz/acc-1/2",
      `live:${at(30)}:cap_reached`,
      "log:7",
      "job:atoz/acc-1/10432",
    ]);
  });

  it.each([
    ["the same", {}, 1],
    ["a little later", { at: at(29) }, 1],
    ["much later: it happened again", { at: at(31) }, 2],
    ["another message", { message: "Something else." }, 2],
    ["another session", { session_id: "other" }, 2],
  ])("shows a live line and a log line that is %s as %#", (_, changes, expected) => {
    const feed = feedOf({
      jobs: [],
      logged: [aLogEntry({ at: at(20), ...changes })],
      live: [liveLine({ at: at(20) })],
    });

    expect(feed).toHaveLength(expected);
  });

  it("does not move an accepted job up when it is looked at once more", () => {
    const [item] = feedOf({ jobs: [aJob({ confirmed_at: at(10), updated_at: at(50) })], logged: [], live: [] });

    expect(item?.at).toBe(at(10));
  });
});
