import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

/**
 * Keeps the keyboard's place: where the focused button goes away, the focus goes to what stood around it, or where that
 * is gone too to the page's content, instead of to the page's top. Give the element `tabIndex={-1}`.
 */
export function useKeptFocus<Around extends HTMLElement>(): RefObject<Around | null> {
  const around = useRef<Around>(null);
  const hasFocus = useRef(false);

  useEffect(() => {
    const note = (event: Event) => {
      hasFocus.current = event.target instanceof Node && (around.current?.contains(event.target) ?? false);
    };
    // A press beside everything takes the focus away by will, and no element gets it.
    document.addEventListener("focusin", note);
    document.addEventListener("pointerdown", note);
    return () => {
      document.removeEventListener("focusin", note);
      document.removeEventListener("pointerdown", note);
    };
  }, []);

  useLayoutEffect(() => {
    if (!hasFocus.current || document.activeElement !== document.body) return;
    const place = around.current ?? document.querySelector<HTMLElement>("main");
    place?.focus({ preventScroll: true });
  });

  return around;
}
