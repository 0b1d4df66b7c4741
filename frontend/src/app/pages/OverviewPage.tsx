import { Stack, VisuallyHidden } from "@mantine/core";
import { BotStatusCard } from "@/features/bot-status/BotStatusCard";
import { LiveFeedPanel } from "@/features/live-feed/LiveFeedPanel";
import { HoursPanel } from "@/features/metrics/HoursPanel";
import { LanguagesPanel } from "@/features/metrics/LanguagesPanel";
import { TodayPanel } from "@/features/metrics/TodayPanel";
import { OffersPanel } from "@/features/offers/OffersPanel";
import { PageHeading } from "@/components/PageHeading";
import { useOpenJob } from "../use-open-job";
import classes from "./OverviewPage.module.css";

export function OverviewPage() {
  const openJob = useOpenJob();
  return (
    <Stack gap="lg">
      <VisuallyHidden>
        <PageHeading title="Overview" />
      </VisuallyHidden>
      <OffersPanel onOpenJob={openJob} />
      <BotStatusCard />
      <TodayPanel />
      <div className={classes.columns}>
        <LiveFeedPanel onOpenJob={openJob} />
        <Stack gap="lg">
          <HoursPanel />
          <LanguagesPanel />
        </Stack>
      </div>
    </Stack>
  );
}
