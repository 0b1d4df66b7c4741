import type { LiveMessage } from "../types";
import { decodeMessage } from "./messages";

/** How the dashboard stands to the control plane. */
export type Connection =
  /** the first attempt is under way */
  | { readonly phase: "connecting" }
  /** the control plane greeted us; what is shown is the present */
  | { readonly phase: "live" }
  /** what is shown is from `knownAt`; null when nothing was ever known */
  | { readonly phase: "lost"; readonly knownAt: Date | null };

/** The pause before the first new attempt. */
const FIRST_PAUSE_MS = 500;
/** No pause grows beyond this: the owner watches the page and waits for it. */
const LONGEST_PAUSE_MS = 10_000;
/** A control plane that accepts a connection and says nothing for this long is not there. */
const GREETING_DEADLINE_MS = 8_000;

/** The pause before attempt number `attempt` (from 0): doubling, with up to a fifth more by chance, so that several
 * open pages do not come back in the same instant. `chance` is from 0 to 1. */
export function pauseBefore(attempt: number, chance: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return pause * (1 + chance / 5);
}

type MessageListener = (message: LiveMessage) => void;

/** The websocket to the control plane: connects, connects again, and hands over what comes. */
export class LiveSocket {
  private readonly url: string;
  private readonly stateListeners = new Set<() => void>();
  private readonly messageListeners = new Set<MessageListener>();
  private state: Connection = { phase: "connecting" };
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private started = false;

  /** @param url address of the websocket, `ws://…` or `wss://…` */
  constructor(url: string) {
    this.url = url;
  }

  /** Connect, and stay connected until `stop`. */
  start(): void {
    if (this.started) return;
    this.started = true;
    globalThis.addEventListener("online", this.tryNow);
    document.addEventListener("visibilitychange", this.tryNowWhenSeen);
    this.connect();
  }

  stop(): void {
    this.started = false;
    globalThis.removeEventListener("online", this.tryNow);
    document.removeEventListener("visibilitychange", this.tryNowWhenSeen);
    clearTimeout(this.timer);
    this.drop();
  }

  /** For `useSyncExternalStore`: called when the connection's phase changes. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.stateListeners.add(listener);
    return () => this.stateListeners.delete(listener);
  };

  readonly connection = (): Connection => this.state;

  /** Hear every message; the greeting is among them, and means that something may have been missed before it. */
  readonly onMessage = (listener: MessageListener): (() => void) => {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  };

  private connect(): void {
    clearTimeout(this.timer);
    this.drop();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.timer = setTimeout(this.reconnectLater, GREETING_DEADLINE_MS);
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(event.data);
    };
    // An error is always followed by a close, which says all there is to know.
    socket.onclose = () => {
      if (this.socket === socket) this.reconnectLater();
    };
  }

  private receive(frame: unknown): void {
    const message = decodeMessage(frame);
    if (message === undefined) return;
    if (message.type === "connection_established") {
      clearTimeout(this.timer);
      this.attempt = 0;
      this.become({ phase: "live" });
    }
    for (const listener of this.messageListeners) listener(message);
  }

  private readonly reconnectLater = (): void => {
    clearTimeout(this.timer);
    this.drop();
    if (this.state.phase !== "lost") {
      this.become({ phase: "lost", knownAt: this.state.phase === "live" ? new Date() : null });
    }
    this.timer = setTimeout(() => this.connect(), pauseBefore(this.attempt, Math.random()));
    this.attempt += 1;
  };

  /** The network is back, or the owner looks: no reason to sit out the pause. */
  private readonly tryNow = (): void => {
    if (this.state.phase !== "lost") return;
    this.attempt = 0;
    this.connect();
  };

  private readonly tryNowWhenSeen = (): void => {
    if (document.visibilityState === "visible") this.tryNow();
  };

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private become(state: Connection): void {
    this.state = state;
    for (const listener of this.stateListeners) listener();
  }
}
