import { useSyncExternalStore } from "react";

/** One timer a pace for the whole page, and only while somebody looks at it. */
class Ticker {
  private readonly everyMs: number;
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private now = new Date();

  constructor(everyMs: number) {
    this.everyMs = everyMs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) {
      this.now = new Date();
      this.timer = setInterval(this.tick, this.everyMs);
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearInterval(this.timer);
    };
  };

  readonly current = (): Date => this.now;

  private readonly tick = (): void => {
    this.now = new Date();
    for (const listener of this.listeners) listener();
  };
}

const everySecond = new Ticker(1000);
const fiveTimesASecond = new Ticker(200);

/** The present, renewed every second. */
export function useNow(): Date {
  return useSyncExternalStore(everySecond.subscribe, everySecond.current);
}

/** The present, renewed five times a second: for the age of what happens twice a second. */
export function useNowExactly(): Date {
  return useSyncExternalStore(fiveTimesASecond.subscribe, fiveTimesASecond.current);
}

/** Whether less than `withinMs` have passed since a moment; renders again only when that changes. */
export function useIsFresh(moment: string, withinMs: number): boolean {
  const time = Date.parse(moment);
  return useSyncExternalStore(everySecond.subscribe, () => everySecond.current().getTime() - time < withinMs);
}
