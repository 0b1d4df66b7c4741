import { VisuallyHidden } from "@mantine/core";
import {
  IconAdjustmentsHorizontal,
  IconFileText,
  IconHistory,
  IconHome,
  IconListDetails,
  type Icon,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useOpenOffers } from "@/components/use-open-offers";
import classes from "./Shell.module.css";

interface Place {
  readonly to: "/" | "/jobs" | "/settings" | "/sessions" | "/log";
  readonly label: string;
  readonly icon: Icon;
}

const PLACES: readonly Place[] = [
  { to: "/", label: "Overview", icon: IconHome },
  { to: "/jobs", label: "Jobs", icon: IconListDetails },
  { to: "/settings", label: "Settings", icon: IconAdjustmentsHorizontal },
  { to: "/sessions", label: "Sessions", icon: IconHistory },
  { to: "/log", label: "Log", icon: IconFileText },
];

/** The pages, beside the content. */
export function SideBar() {
  const offers = useOpenOffers();
  return (
    <nav aria-label="Pages" className={classes.side}>
      {PLACES.map(({ to, label, icon: IconOf }) => (
        <Link key={to} to={to} className={classes.sideLink} activeOptions={{ exact: to === "/", includeSearch: false }}>
          <IconOf size={19} stroke={1.8} aria-hidden />
          {label}
          {to === "/" && <OfferCount offers={offers} />}
        </Link>
      ))}
    </nav>
  );
}

/** The pages, under the thumb. */
export function BottomBar() {
  const offers = useOpenOffers();
  return (
    <nav aria-label="Pages, at the bottom" className={classes.bottom}>
      {PLACES.map(({ to, label, icon: IconOf }) => (
        <Link
          key={to}
          to={to}
          className={classes.bottomLink}
          activeOptions={{ exact: to === "/", includeSearch: false }}
        >
          <IconOf size={22} stroke={1.7} aria-hidden />
          {label}
          {to === "/" && <OfferCount offers={offers} />}
        </Link>
      ))}
    </nav>
  );
}

function OfferCount({ offers }: { readonly offers: number }) {
  if (offers === 0) return null;
  return (
    <span className={classes.count}>
      {offers}
      <VisuallyHidden>{offers === 1 ? " job waits" : " jobs wait"} for your answer</VisuallyHidden>
    </span>
  );
}
