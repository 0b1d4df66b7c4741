import {
  IconBan,
  IconCircleCheck,
  IconEye,
  IconGift,
  IconHelpCircle,
  IconHourglass,
  IconProgress,
  IconArrowBackUp,
  IconFilterOff,
  IconUserX,
  type Icon,
} from "@tabler/icons-react";
import type { JobRecord, JobStatus } from "@/api/types";
import type { Tone } from "./tone";

interface StatusWords {
  readonly label: string;
  readonly tone: Tone;
  readonly icon: Icon;
  /** One sentence for who asks what the word means. */
  readonly meaning: string;
}

/** Each outcome in the owner's words; the order is the one in which they are offered as filters. */
export const JOB_STATUS: Readonly<Record<JobStatus, StatusWords>> = {
  accepted: {
    label: "Accepted",
    tone: "good",
    icon: IconCircleCheck,
    meaning: "The portal shows the job as yours.",
  },
  lost: {
    label: "Lost",
    tone: "warn",
    icon: IconUserX,
    meaning: "It matched your settings, but somebody else has it or the portal refused.",
  },
  rejected: {
    label: "Did not match",
    tone: "quiet",
    icon: IconFilterOff,
    meaning: "Your settings say no to it, so the bot left it alone.",
  },
  unknown: {
    label: "Checking",
    tone: "info",
    icon: IconHourglass,
    meaning: "The accept was sent and the portal has not said yet what came of it. The bot keeps looking.",
  },
  pending: {
    label: "In progress",
    tone: "info",
    icon: IconProgress,
    meaning: "The bot is working on it right now.",
  },
  taken_back: {
    label: "Taken back",
    tone: "bad",
    icon: IconArrowBackUp,
    meaning: "It was yours and no longer is: the portal gave it to somebody else or cancelled it.",
  },
  offered: {
    label: "Waits for you",
    tone: "info",
    icon: IconHelpCircle,
    meaning: "It matches your settings, and the bot accepts it when you approve it in time.",
  },
  watched: {
    label: "Would match",
    tone: "quiet",
    icon: IconEye,
    meaning: "It matches your settings, but the bot was told only to watch.",
  },
  given: {
    label: "Given to you",
    tone: "good",
    icon: IconGift,
    meaning: "It is yours without the bot: you took it on the portal yourself, or the agency gave it to you.",
  },
  declined: {
    label: "Declined",
    tone: "quiet",
    icon: IconBan,
    meaning: "It was offered to you and you said no, or the time to answer ran out.",
  },
};

export const JOB_STATUSES = Object.keys(JOB_STATUS) as readonly JobStatus[];

const REJECTED_ON_PORTAL: StatusWords = {
  label: "Rejected by you",
  tone: "quiet",
  icon: IconBan,
  meaning: "It was rejected on the portal, by you or by the bot for you.",
};

/** A job's outcome in words; a job that the portal shows as rejected was more than left alone. */
export function jobStatusWords({ status, portal_status: onPortal }: JobRecord): StatusWords {
  return status === "rejected" && onPortal.toLowerCase() === "rejected" ? REJECTED_ON_PORTAL : JOB_STATUS[status];
}
