// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveMessage } from "../types";
import { LiveSocket, pauseBefore } from "./socket";

/** The browser's websocket, as far as `LiveSocket` uses it; the test is the other end. */
class OtherEnd {
  static opened: OtherEnd[] = [];
  static get latest(): OtherEnd {
    const latest = OtherEnd.opened.at(-1);
    if (latest === undefined) throw new Error("nothing was opened");
    return latest;
  }

  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    OtherEnd.opened.push(this);
  }

  close(): void {
    this.closed = true;
  }

  says(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  greets(): void {
    this.says({ type: "connection_established", data: { server_time: "", version: "" }, timestamp: "" });
  }

  isLost(): void {
    this.onclose?.();
  }
}

let socket: LiveSocket;
let heard: LiveMessage[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-20T10:42:00Z") });
  vi.spyOn(Math, "random").mockReturnValue(0);
  vi.stubGlobal("WebSocket", OtherEnd);
  OtherEnd.opened = [];
  heard = [];
  socket = new LiveSocket("ws://localhost:3000/ws");
  socket.onMessage((message) => heard.push(message));
  socket.start();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live socket", () => {
  it("is live when the control plane greets, not when the connection is open", () => {
    expect(socket.connection()).toEqual({ phase: "connecting" });
    OtherEnd.latest.greets();
    expect(socket.connection()).toEqual({ phase: "live" });
  });

  it("hands over messages it knows and nothing else", () => {
    OtherEnd.latest.greets();
    for (const frame of [
      "half a frame {",
      "null",
      JSON.stringify({ type: "of_the_future", data: {}, timestamp: "" }),
      JSON.stringify({ type: "toString", data: {}, timestamp: "" }),
      JSON.stringify({ type: "notice", timestamp: "" }),
      JSON.stringify({ type: "notice", data: { session_id: "s", action: "a", message: "m" }, timestamp: "" }),
    ]) {
      OtherEnd.latest.says(frame);
    }

    expect(heard.map(({ type }) => type)).toEqual(["connection_established", "notice"]);
  });

  it("remembers since when the page shows the past", () => {
    OtherEnd.latest.greets();
    vi.advanceTimersByTime(60_000);
    OtherEnd.latest.isLost();
    expect(socket.connection()).toEqual({ phase: "lost", knownAt: new Date("2026-11-20T10:43:00Z") });

    vi.advanceTimersByTime(500);
    OtherEnd.latest.isLost();
    expect(socket.connection()).toEqual({ phase: "lost", knownAt: new Date("2026-11-20T10:43:00Z") });
  });

  it("knows nothing when it never was connected", () => {
    OtherEnd.latest.isLost();
    expect(socket.connection()).toEqual({ phase: "lost", knownAt: null });
  });

  it("waits longer from attempt to attempt, and starts over after a success", () => {
    for (const pause of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      const attempts = OtherEnd.opened.length;
      OtherEnd.latest.isLost();
      vi.advanceTimersByTime(pause - 1);
      expect(OtherEnd.opened).toHaveLength(attempts);
      vi.advanceTimersByTime(1);
      expect(OtherEnd.opened).toHaveLength(attempts + 1);
    }
    OtherEnd.latest.greets();
    const attempts = OtherEnd.opened.length;
    OtherEnd.latest.isLost();
    vi.advanceTimersByTime(500);
    expect(OtherEnd.opened).toHaveLength(attempts + 1);
  });

  it.each([
    ["the network is back", () => globalThis.dispatchEvent(new Event("online"))],
    ["the page is looked at", () => document.dispatchEvent(new Event("visibilitychange"))],
  ])("tries at once when %s", (_, happen) => {
    OtherEnd.latest.greets();
    happen();
    expect(OtherEnd.opened).toHaveLength(1);

    OtherEnd.latest.isLost();
    happen();
    expect(OtherEnd.opened).toHaveLength(2);
  });

  it("gives up a connection on which nobody greets", () => {
    vi.advanceTimersByTime(8_000);
    expect(OtherEnd.opened[0]?.closed).toBe(true);
    vi.advanceTimersByTime(500);
    expect(OtherEnd.opened).toHaveLength(2);
  });

  it("does not listen to a connection that it gave up", () => {
    const [first] = OtherEnd.opened;
    OtherEnd.latest.isLost();
    vi.advanceTimersByTime(500);
    first?.greets();
    first?.isLost();
    expect(socket.connection()).toEqual({ phase: "lost", knownAt: null });
    expect(heard).toEqual([]);
    expect(OtherEnd.opened).toHaveLength(2);
  });

  it("is quiet after it was stopped", () => {
    OtherEnd.latest.isLost();
    socket.stop();
    vi.advanceTimersByTime(60_000);
    expect(OtherEnd.opened).toHaveLength(1);
  });
});

describe("the pause before an attempt", () => {
  it("is spread by chance, so that open pages do not come back together", () => {
    expect(pauseBefore(0, 0)).toBe(500);
    expect(pauseBefore(0, 1)).toBe(600);
    expect(pauseBefore(50, 1)).toBe(12_000);
  });
});
