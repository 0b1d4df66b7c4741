import { Drawer } from "@mantine/core";
import classes from "./Jobs.module.css";

/** The drawer's title, which is its name for screen readers, and the way out. */
export function DrawerHead({ title }: { readonly title: string }) {
  return (
    <div className={classes.drawerHead}>
      <Drawer.Title className={classes.drawerTitle}>{title}</Drawer.Title>
      <Drawer.CloseButton aria-label="Close" />
    </div>
  );
}
