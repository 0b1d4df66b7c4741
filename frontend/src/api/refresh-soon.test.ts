import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refreshSoon } from "./refresh-soon";

const KEY = ["server", "numbers"];

let queryClient: QueryClient;
let stop: () => void;
let answers: (() => void)[];

beforeEach(async () => {
  vi.useFakeTimers();
  queryClient = new QueryClient();
  answers = [];
  const observer = new QueryObserver(queryClient, {
    queryKey: KEY,
    queryFn: () => new Promise<number>((resolve) => answers.push(() => resolve(answers.length))),
    networkMode: "always",
  });
  stop = observer.subscribe(() => undefined);
  await answer();
});

afterEach(() => {
  stop();
  queryClient.clear();
  vi.useRealTimers();
});

async function answer() {
  answers.at(-1)?.();
  await vi.advanceTimersByTimeAsync(0);
}

describe("a refresh", () => {
  it("is one for many changes at once", async () => {
    for (let change = 0; change < 20; change += 1) refreshSoon(queryClient, KEY);
    await vi.advanceTimersByTimeAsync(700);
    await answer();
    await vi.advanceTimersByTimeAsync(10_000);

    expect(answers).toHaveLength(2);
  });

  it("comes once more for a change that happened while it was under way", async () => {
    refreshSoon(queryClient, KEY);
    await vi.advanceTimersByTimeAsync(700);
    refreshSoon(queryClient, KEY);
    await answer();
    await vi.advanceTimersByTimeAsync(700);

    expect(answers).toHaveLength(3);
  });
});
