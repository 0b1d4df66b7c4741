import { Link } from "@tanstack/react-router";
import { PracticeBadge } from "@/features/bot-status/PracticeBadge";
import { AppearanceMenu } from "./AppearanceMenu";
import { ConnectionLabel } from "./ConnectionLabel";
import classes from "./Shell.module.css";

export function Header() {
  return (
    <div className={classes.bar}>
      <Link to="/" className={classes.brand}>
        <img src="/favicon.svg" alt="" width={28} height={28} />
        AtoZ Bot
      </Link>
      <div className={classes.right}>
        <PracticeBadge />
        <ConnectionLabel />
        <AppearanceMenu />
      </div>
    </div>
  );
}
