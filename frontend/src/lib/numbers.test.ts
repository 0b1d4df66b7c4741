import { describe, expect, it } from "vitest";
import { counted, listed, share } from "./numbers";

describe("numbers in words", () => {
  it("count", () => {
    expect(counted(0, "job")).toBe("0 jobs");
    expect(counted(1, "job")).toBe("1 job");
    expect(counted(12_345, "look")).toBe("12,345 looks");
  });

  it("share", () => {
    expect(share(0.108)).toBe("11%");
    expect(share(0)).toBe("0%");
  });

  it.each([
    [[], ""],
    [["BSL"], "BSL"],
    [["BSL", "Consecutive"], "BSL and Consecutive"],
    [["BSL", "Consecutive", "Simultaneous"], "BSL, Consecutive and Simultaneous"],
  ])("list %j", (words, sentence) => {
    expect(listed(words)).toBe(sentence);
  });
});
