import { screen, waitFor } from "@testing-library/react";
import { expect } from "vitest";

/** A button once it can be pressed: one that has just come to its place does nothing for a moment. */
export async function pressable(name: string): Promise<HTMLElement> {
  const button = await screen.findByRole("button", { name });
  await waitFor(() => expect(button).toHaveAttribute("aria-disabled", "false"));
  return button;
}
