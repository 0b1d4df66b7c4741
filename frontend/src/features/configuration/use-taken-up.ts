import { queryOptions, skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "@/api/query-keys";
import type { TakenUp } from "./handle-configuration";

const takenUp = queryOptions<TakenUp>({ queryKey: keys.live.configuration, queryFn: skipToken, gcTime: Infinity });

/** The configuration that a bot took up last, as far as this page heard of it. */
export function useTakenUp(): TakenUp | undefined {
  return useQuery(takenUp).data;
}
