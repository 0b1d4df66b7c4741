import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BotConfiguration, WeeklyHours } from "@/api/types";
import { aConfiguration } from "@/testing/fixtures";
import { changeOf, check, errorOf, FIELDS, inShort, LIMITS, sortProblems, unsaved, type Values } from "./settings";
import { SUMMARY } from "./summaries";

const saved: Values = aConfiguration().configuration;
const WORKDAYS: WeeklyHours = {
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  start: "09:00:00",
  end: "17:00:00",
};

interface NumberSchema {
  readonly type: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

interface Contract {
  readonly components: {
    readonly schemas: {
      readonly BotConfiguration: {
        readonly properties: Readonly<
          Record<string, NumberSchema | { readonly anyOf: readonly NumberSchema[] } | undefined>
        >;
      };
    };
  };
}

/** What the generated types leave out: the least and the most. */
const contract = JSON.parse(
  readFileSync(new URL("../../../../backend/openapi.json", import.meta.url), "utf8"),
) as Contract;

function numberIn(
  schema: NumberSchema | { readonly anyOf: readonly NumberSchema[] } | undefined,
): NumberSchema & { readonly isOptional: boolean } {
  if (schema === undefined) throw new Error("the contract does not have it");
  if (!("anyOf" in schema)) return { ...schema, isOptional: false };
  const number = schema.anyOf.find(({ type }) => type !== "null");
  if (number === undefined) throw new Error("the contract has no number there");
  return { ...number, isOptional: schema.anyOf.some(({ type }) => type === "null") };
}

describe("what the control plane would refuse", () => {
  it.each<[Partial<Values>, readonly string[]]>([
    [{}, []],
    [{ check_interval_seconds: 0.2 }, []],
    [{ check_interval_seconds: 3600 }, []],
    [{ check_interval_seconds: 0.19 }, ["check_interval_seconds"]],
    [{ check_interval_seconds: 3601 }, ["check_interval_seconds"]],
    [{ check_interval_seconds: "" }, ["check_interval_seconds"]],
    [{ check_interval_seconds: "0." }, ["check_interval_seconds"]],
    [{ max_accept_per_run: null }, []],
    [{ max_accept_per_run: 0 }, []],
    [{ max_accept_per_run: 10_000 }, []],
    [{ max_accept_per_run: 10_001 }, ["max_accept_per_run"]],
    [{ max_accept_per_run: 1.5 }, ["max_accept_per_run"]],
    [{ max_accept_per_run: "" }, ["max_accept_per_run"]],
    [{ job_type_filter: ["BSL"], exclude_types: ["BSL"] }, ["job_type_filter", "exclude_types"]],
    [{ job_type_filter: [], exclude_types: [] }, []],
    [{ languages: ["Polish"], exclude_languages: ["polish "] }, ["languages", "exclude_languages"]],
    [{ places: ["SW1"], exclude_places: ["M"] }, []],
    [{ shortest_minutes: 60, longest_minutes: 30 }, ["longest_minutes"]],
    [{ shortest_minutes: 60, longest_minutes: 60 }, []],
    [{ gap_around_jobs_minutes: "" }, ["gap_around_jobs_minutes"]],
    [{ minimum_notice_minutes: null }, []],
    [{ max_accept_hours_per_day: 0 }, ["max_accept_hours_per_day"]],
    [{ jitter: 0.95 }, ["jitter"]],
    [{ offer_deadline_seconds: 4 }, ["offer_deadline_seconds"]],
    [{ dates: [{ first: null, last: null }] }, ["dates.0.first"]],
    [{ dates: [{ first: "2026-12-02", last: "2026-12-01" }] }, ["dates.0.last"]],
    [{ weekly_hours: [WORKDAYS, { ...WORKDAYS, days: [] }] }, ["weekly_hours.1.days"]],
    [{ weekly_hours: [{ ...WORKDAYS, end: "" }] }, ["weekly_hours.0.end"]],
    [{ opening_hours: [{ ...WORKDAYS, end: "09:00:00" }] }, ["opening_hours.0.end"]],
    [{ opening_hours: [{ ...WORKDAYS, start: "22:00:00", end: "06:00:00" }] }, []],
    [{ words_wanted: [{ words: [], fields: [] }] }, ["words_wanted.0.words"]],
    [{ words_excluded: [{ words: ["!?"], fields: [] }] }, ["words_excluded.0.words"]],
  ])("in %j is %j", (change, wrong) => {
    expect(Object.keys(check({ ...saved, ...change }))).toEqual(wrong);
  });
});

describe("what is not saved", () => {
  it("is what differs, whatever the order of ticks", () => {
    expect(
      unsaved(saved, {
        check_interval_seconds: 0.5,
        job_type_filter: ["Video Interpreting", "Telephone Interpreting"],
        exclude_types: [],
        max_accept_per_run: null,
      }),
    ).toEqual({ exclude_types: [], max_accept_per_run: null });
  });

  it("counts the order of kinds where kinds are preferred in their order", () => {
    const job_type_filter = ["Video Interpreting", "Telephone Interpreting"];
    expect(unsaved(saved, { job_type_filter, prefer: ["kind"] })).toEqual({ job_type_filter, prefer: ["kind"] });
  });

  it("is sent and nothing else", () => {
    expect(changeOf({ max_accept_per_run: null, exclude_types: [] })).toEqual({
      max_accept_per_run: null,
      exclude_types: [],
    });
  });
});

describe("the control plane's problems", () => {
  it("stand at their fields, and the rest beside the form", () => {
    expect(
      sortProblems([
        { field: "job_type_filter.1", message: "'Fax' is not a kind of job." },
        { field: "job_type_filter.2", message: "'Telex' is not a kind of job." },
        { field: "", message: "The settings do not fit together." },
      ]),
    ).toEqual({
      fields: {
        "job_type_filter.1": "'Fax' is not a kind of job.",
        "job_type_filter.2": "'Telex' is not a kind of job.",
      },
      others: ["The settings do not fit together."],
    });
  });
});

describe("the form", () => {
  it("has a field for every setting", () => {
    expect([...FIELDS].sort()).toEqual(Object.keys(aConfiguration().configuration).sort());
  });

  it("knows the limits of every number", () => {
    const numbers = Object.entries(aConfiguration().configuration)
      .filter(([name, value]) => typeof value === "number" || name in LIMITS)
      .map(([name]) => name);
    expect(Object.keys(LIMITS).sort()).toEqual(numbers.sort());
  });

  it.each(Object.entries(LIMITS))("goes by the contract's limits of %s", (name, limits) => {
    const stated = numberIn(contract.components.schemas.BotConfiguration.properties[name]);
    expect(limits.isWhole).toBe(stated.type === "integer");
    expect(limits.isOptional).toBe(stated.isOptional);
    expect(limits.most).toBe(stated.maximum);
    if (stated.minimum !== undefined) expect(limits.least).toBe(stated.minimum);
    // the contract has no smallest number here; the form's is the first one that can be typed
    else expect(limits.least).toBeGreaterThan(stated.exclusiveMinimum ?? Number.NaN);
  });

  it("shows at a field what is wrong with a word of its list, and at an entry's part what is wrong there", () => {
    const errors = { "languages.1": "Too long.", "weekly_hours.0.end": "No end.", "weekly_hours.1": "Twice." };
    expect(errorOf(errors, "languages")).toBe("Too long.");
    expect(errorOf(errors, "weekly_hours.0.end")).toBe("No end.");
    expect(errorOf(errors, "weekly_hours")).toBe("Twice.");
    expect(errorOf(errors, "dates")).toBeUndefined();
  });
});

describe("what is set, in a line", () => {
  it.each<[keyof typeof SUMMARY, Partial<BotConfiguration>, string]>([
    ["languages", {}, "Any language"],
    ["languages", { languages: ["Polish", "Urdu"], exclude_languages: ["Welsh"] }, "Only Polish or Urdu; never Welsh"],
    ["places", { exclude_places: ["SW1"] }, "Anywhere; never SW1"],
    ["weeklyHours", {}, "Any day and hour"],
    ["weeklyHours", { weekly_hours: [WORKDAYS] }, "Mon to Fri 09:00 to 17:00"],
    [
      "openingHours",
      { opening_hours: [{ days: ["saturday", "monday"], start: "00:00:00", end: "00:00:00" }] },
      "Mon, Sat all day",
    ],
    ["dates", { dates: [{ first: "2026-12-01", last: null }] }, "From Tue, 1 Dec 2026"],
    [
      "dates",
      { exclude_dates: [{ first: "2026-12-24", last: "2026-12-26" }] },
      "Not Thu, 24 Dec 2026 to Sat, 26 Dec 2026",
    ],
    [
      "notice",
      { minimum_notice_minutes: 90, longest_minutes: 240 },
      "At least 1 h 30 min before the start; no longer than 4 h",
    ],
    ["gaps", { gap_around_jobs_minutes: 30 }, "30 min between two jobs"],
    ["caps", { max_accept_per_day: 1, max_accept_hours_per_week: 20.5 }, "1 job a day; 20.5 hours a week"],
    ["words", { words_wanted: [{ words: ["court"], fields: ["company_name"] }] }, "“court” in company"],
    ["prefer", { prefer: ["longest", "soonest"] }, "The longest job, then The job that starts first"],
  ])("%s of %j", (group, change, line) => {
    expect(SUMMARY[group]({ ...saved, ...change })).toBe(line);
  });
});

describe("what the kinds mean together", () => {
  it.each([
    [["BSL"], ["Face to Face"], "The bot accepts BSL and nothing else."],
    [[], ["Face to Face", "BSL"], "The bot accepts every kind except Face to Face and BSL."],
    [[], [], "The bot accepts every kind."],
  ])("%j and %j", (wanted, excluded, sentence) => {
    expect(inShort(wanted, excluded)).toBe(sentence);
  });
});
