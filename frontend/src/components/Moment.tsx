import { ago, clockTime, dateAndTime, shortMoment } from "@/lib/time";
import { useNow } from "@/lib/use-now";

interface MomentProps {
  /** ISO 8601, as the API gives it. */
  readonly at: string;
  /** `ago` changes by itself; `clock` is the London time, with the date where it is another day. */
  readonly as?: "ago" | "clock";
}

/** A moment; its full London date and time is what shows when the pointer rests on it. */
export function Moment({ at, as = "ago" }: MomentProps) {
  const now = useNow();
  const moment = new Date(at);
  const full = dateAndTime(moment);
  return (
    <time dateTime={at} title={`${full} (London)`} className="tabular">
      {as === "ago" ? ago(moment, now) : shortMoment(moment, now)}
    </time>
  );
}

/** London time and how long ago that was: `10:42, 3 min ago`. */
export function MomentInFull({ at }: { readonly at: string }) {
  const now = useNow();
  const moment = new Date(at);
  const short = shortMoment(moment, now);
  const relative = ago(moment, now);
  // After a day "ago" turns into the date, which `short` has already.
  const isOld = now.getTime() - moment.getTime() >= 86_400_000;
  return (
    <time dateTime={at} title={`${dateAndTime(moment)} (London)`} className="tabular">
      {isOld ? short : `${clockTime(moment)}, ${relative}`}
    </time>
  );
}
