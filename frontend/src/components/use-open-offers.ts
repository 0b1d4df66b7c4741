import { useOffers } from "@/api/requests/list-offers";
import { useNow } from "@/lib/use-now";
import { timeLeft } from "@/messages/offer";

/** How many offers can still be answered. */
export function useOpenOffers(): number {
  const now = useNow();
  return useOffers().filter((job) => (timeLeft(job, now) ?? Infinity) > 0).length;
}
