import { describe, expect, it } from "vitest";
import { afterAction, ControlPlaneAway, inWords } from "./problem";

describe("the words for a system that does not answer", () => {
  it("promise no second try: what a button asked for is not asked for again", () => {
    const error = new ControlPlaneAway();

    expect(inWords(error)).toBe("The AtoZ Bot system does not answer. Is it started?");
    expect(afterAction(error)).toContain("Nothing was changed as far as this page knows; press the button again.");
  });

  it("do not say that nothing happened where nobody knows", () => {
    const error = new ControlPlaneAway({ mayHaveArrived: true });

    expect(afterAction(error)).toContain("it may have happened all the same");
    expect(afterAction(error)).not.toContain("Nothing was changed");
  });
});
