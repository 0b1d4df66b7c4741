import "@testing-library/jest-dom/vitest";
// Testing Library cleans up by itself only where `afterEach` is a global, which it is not here.
// eslint-disable-next-line testing-library/no-manual-cleanup -- see above
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// What the browser has and jsdom has not; Mantine asks for it.
globalThis.ResizeObserver = class {
  observe(): void {
    // nothing is ever resized here
  }
  unobserve(): void {
    // nothing is ever resized here
  }
  disconnect(): void {
    // nothing is ever resized here
  }
};
Object.defineProperty(globalThis, "matchMedia", {
  writable: true,
  value: (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }),
});
Object.defineProperty(document, "fonts", { value: new EventTarget() });
Element.prototype.scrollIntoView = () => undefined;
globalThis.scrollTo = () => undefined;

// How long a test waits for what has to appear; the machine may be busy, and a state that comes needs no more.
configure({ asyncUtilTimeout: 5_000 });

afterEach(() => cleanup());
