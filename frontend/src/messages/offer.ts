import type { OfferAnswer } from "@/api/requests/answer-offer";
import type { JobRecord } from "@/api/types";
import type { Tone } from "./tone";
import { lossInWords } from "./loss";

/** Milliseconds until the time to answer is over; undefined where the offer waits for ever. */
export function timeLeft(job: JobRecord, now: Date): number | undefined {
  return job.offer_expires_at === null ? undefined : Date.parse(job.offer_expires_at) - now.getTime();
}

/** A countdown: `4:05`, `2:10:00`, `0:09`. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const shown = (parts[0] === 0 ? parts.slice(1) : parts).map((part, index) =>
    index === 0 ? String(part) : String(part).padStart(2, "0"),
  );
  return shown.join(":");
}

export interface OfferOutcome {
  readonly tone: Tone;
  readonly text: string;
  /** Nothing more will come. */
  readonly isOver: boolean;
}

/** What became of an offer after the owner's answer, as far as it is known. */
export function offerOutcome(job: JobRecord, answer: OfferAnswer | undefined): OfferOutcome {
  switch (job.status) {
    case "offered":
      return {
        tone: "info",
        text: answer === "decline" ? "Telling the bot to leave it…" : "Telling the bot to take it…",
        isOver: false,
      };
    case "pending":
      return { tone: "info", text: "The bot is taking it…", isOver: false };
    case "unknown":
      return {
        tone: "info",
        text: "The accept was sent; the portal has not said yet whether the job is yours. The bot keeps looking.",
        isOver: false,
      };
    case "accepted":
      return { tone: "good", text: "It is yours: the portal shows it under your name.", isOver: true };
    case "given":
      return { tone: "good", text: "It is yours already: you or the agency took it on the portal.", isOver: true };
    case "declined":
      return job.claim_state === "expired"
        ? { tone: "quiet", text: "The time to answer ran out, so the bot left it alone.", isOver: true }
        : { tone: "quiet", text: "You said no. The bot left it alone.", isOver: true };
    case "lost":
      return { tone: "warn", text: `It did not become yours. ${lossInWords(job) ?? ""}`.trim(), isOver: true };
    case "taken_back":
      return { tone: "bad", text: "It was yours and was taken back.", isOver: true };
    case "rejected":
      return { tone: "quiet", text: job.summary ?? "Your settings say no to it now.", isOver: true };
    case "watched":
      return { tone: "quiet", text: "The bot was told only to watch, so it does not take it.", isOver: true };
  }
}
