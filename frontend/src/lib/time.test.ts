import { describe, expect, it } from "vitest";
import {
  ago,
  agoExactly,
  appointmentLength,
  calendarDay,
  clockTime,
  dateAndTime,
  endOfLondonDay,
  exactClockTime,
  londonDay,
  runningTime,
  shortMoment,
  span,
  startOfLondonDay,
} from "./time";

const NOW = new Date("2026-11-20T12:00:00Z");
const before = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

describe("times are London's", () => {
  it.each([
    // winter: London is UTC
    ["2026-11-20T10:42:07.123Z", "10:42", "10:42:07.123", "Fri, 20 Nov 2026, 10:42:07"],
    // summer: London is an hour ahead, here over midnight
    ["2026-07-01T23:30:00.000Z", "00:30", "00:30:00.000", "Thu, 2 Jul 2026, 00:30:00"],
  ])("%s", (moment, clock, exact, full) => {
    expect(clockTime(new Date(moment))).toBe(clock);
    expect(exactClockTime(new Date(moment))).toBe(exact);
    expect(dateAndTime(new Date(moment))).toBe(full);
  });

  it("gives the date where it is another day", () => {
    expect(shortMoment(before(3600), NOW)).toBe("11:00");
    expect(shortMoment(before(86_400), NOW)).toBe("19 Nov, 12:00");
  });

  it("leaves a calendar date as it is", () => {
    expect(calendarDay("2026-06-30")).toBe("Tue, 30 Jun 2026");
  });
});

describe("a London day", () => {
  it.each([
    ["2026-11-20", "2026-11-20T00:00:00.000Z", 24],
    ["2026-07-01", "2026-06-30T23:00:00.000Z", 24],
    // the clocks go forward at 01:00 UTC: 23 hours
    ["2026-03-29", "2026-03-29T00:00:00.000Z", 23],
    // and back at 01:00 UTC: 25 hours
    ["2026-10-25", "2026-10-24T23:00:00.000Z", 25],
    ["2026-12-31", "2026-12-31T00:00:00.000Z", 24],
  ])("%s begins at %s and has %d hours", (day, start, hours) => {
    expect(startOfLondonDay(day).toISOString()).toBe(start);
    expect((endOfLondonDay(day).getTime() - startOfLondonDay(day).getTime()) / 3_600_000).toBe(hours);
    expect(londonDay(startOfLondonDay(day))).toBe(day);
    expect(londonDay(new Date(endOfLondonDay(day).getTime() - 1))).toBe(day);
  });
});

describe("how long ago", () => {
  it.each([
    [-3, "just now"],
    [1.9, "just now"],
    [2, "2 s ago"],
    [59.9, "59 s ago"],
    [60, "1 min ago"],
    [3599, "59 min ago"],
    [3600, "1 h ago"],
    [86_399, "23 h ago"],
    [86_400, "19 Nov"],
  ])("%d seconds is %s", (seconds, words) => {
    expect(ago(before(seconds), NOW)).toBe(words);
  });

  it("to a tenth of a second for what happens often", () => {
    expect(agoExactly(before(0.34), NOW)).toBe("0.3 s ago");
    expect(agoExactly(before(-1), NOW)).toBe("0.0 s ago");
    expect(agoExactly(before(12), NOW)).toBe("12 s ago");
  });
});

describe("how long it took", () => {
  it.each([
    [0, "0 ms"],
    [41.4, "41 ms"],
    [420, "0.42 s"],
    [9_990, "9.99 s"],
    [12_340, "12.3 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_800_000, "2 h 10 min"],
    [86_400_000, "1 day"],
    [180_000_000, "2 days 2 h"],
  ])("%d ms is %s", (milliseconds, words) => {
    expect(span(milliseconds)).toBe(words);
  });

  it.each([
    [-5, "0 s"],
    [46_800, "46 s"],
    [7_800_900, "2 h 10 min"],
  ])("something that has been going on for %d ms has for %s", (milliseconds, words) => {
    expect(runningTime(milliseconds)).toBe(words);
  });

  it.each([
    [0, "0 min"],
    [45, "45 min"],
    [60, "1 h"],
    [90, "1 h 30 min"],
  ])("an appointment of %d minutes is %s", (minutes, words) => {
    expect(appointmentLength(minutes)).toBe(words);
  });
});
