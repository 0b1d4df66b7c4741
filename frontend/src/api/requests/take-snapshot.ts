import { useMutation } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import type { CommandSent } from "../types";

/** Have the current session keep a picture of the portal; where it is kept, a notice tells. */
export function takeSnapshot(): Promise<CommandSent> {
  return dataOf(api.POST("/api/bot/snapshot"));
}

export function useTakeSnapshot() {
  return useMutation({ mutationFn: takeSnapshot });
}
