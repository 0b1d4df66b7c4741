import type { Mode } from "@/api/types";

interface ModeWords {
  /** After "The bot": three words. */
  readonly short: string;
  /** For a choice. */
  readonly label: string;
  readonly meaning: string;
}

/** What the bot does with a job to which every setting says yes. */
export const MODE: Readonly<Record<Mode, ModeWords>> = {
  accept: {
    short: "Accepts matching jobs",
    label: "Accept it at once",
    meaning: "The bot accepts the job within a fraction of a second. This is the only way to win against others.",
  },
  ask: {
    short: "Asks you first",
    label: "Ask me first",
    meaning:
      "The bot shows you the job here and accepts it when you approve it in time. Others may be faster than you.",
  },
  watch: {
    short: "Only watches",
    label: "Only watch",
    meaning: "The bot writes down which jobs match and accepts nothing. Good for trying out your settings.",
  },
};
