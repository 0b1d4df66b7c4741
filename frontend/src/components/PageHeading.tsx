import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useOpenOffers } from "./use-open-offers";

interface PageHeadingProps {
  readonly title: string;
  readonly children?: ReactNode;
}

/** The page's one `h1`, its sentence, and the browser tab's title, with how many offers wait, to be seen from another tab. */
export function PageHeading({ title, children }: PageHeadingProps) {
  const offers = useOpenOffers();
  return (
    <header>
      <title>{`${offers > 0 ? `(${String(offers)}) ` : ""}${title} · AtoZ Bot`}</title>
      <Title order={1}>{title}</Title>
      {children !== undefined && (
        <Text c="dimmed" mt={4} maw="62ch">
          {children}
        </Text>
      )}
    </header>
  );
}
