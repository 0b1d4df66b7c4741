import { Button } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { ControlPlaneAway } from "@/api/problem";
import { useSaid } from "@/api/live/live-data";
import { useAnswerOffer, type OfferAnswer } from "@/api/requests/answer-offer";
import type { JobRecord } from "@/api/types";
import { useKeptFocus } from "@/lib/use-kept-focus";
import { useNow } from "@/lib/use-now";
import { jobTitle } from "@/messages/job";
import { countdown, offerOutcome, timeLeft } from "@/messages/offer";
import classes from "./OfferButtons.module.css";
import { ProblemNote } from "./ProblemNote";
import { SteadyButton } from "./SteadyButton";

/** What the bot says where an answer comes to nothing, or later to something. */
const ANSWERS_TO_AN_ANSWER: ReadonlySet<string> = new Set([
  "approval_refused",
  "approval_waits",
  "answer_without_offer",
  "answer_outdated",
]);

/** Below this the countdown is shown as urgent. */
const URGENT_MS = 30_000;

interface OfferButtonsProps {
  readonly job: JobRecord;
  /** False where the buttons have just come to where they stand: a click there was meant for another job's. */
  readonly isSettled?: boolean;
  /** Called at the click: the bot may be done before the answer's own request is. */
  readonly onAnswer?: () => void;
  /** Called when the control plane has taken the answer. */
  readonly onAnswered?: () => void;
}

/** The time that is left, "Approve" and "Decline", and what came of the answer. */
export function OfferButtons({ job, isSettled = true, onAnswer, onAnswered }: OfferButtonsProps) {
  const now = useNow();
  const around = useKeptFocus<HTMLDivElement>();
  const answering = useAnswerOffer();
  const said = useSaid().find(
    ({ action, message, at }) =>
      ANSWERS_TO_AN_ANSWER.has(action) &&
      new RegExp(`\\bjob ${escaped(job.job_number)}\\b`, "i").test(message) &&
      Date.parse(at) >= answering.submittedAt - 5_000,
  );
  const left = timeLeft(job, now);
  const isInTime = left === undefined || left > 0 || answering.isPending;
  const isOpen = job.status === "offered" && isInTime;
  const sent = answering.isSuccess ? answering.variables.answer : undefined;
  const title = jobTitle(job);

  function answer(given: OfferAnswer) {
    onAnswer?.();
    answering.mutate({ job, answer: given }, { onSuccess: () => onAnswered?.() });
  }

  if (sent !== undefined || !isOpen) {
    const outcome = offerOutcome(job, sent);
    const isOverdue = job.status === "offered" && sent === undefined;
    return (
      <div
        ref={around}
        tabIndex={-1}
        role="status"
        className={classes.outcome}
        data-tone={said?.isError === true ? "bad" : outcome.tone}
      >
        {isOverdue ? "The time to answer is over." : outcome.text}
        {said !== undefined && !outcome.isOver && <span className={classes.said}>{said.message}</span>}
        {said?.action === "answer_outdated" && isOpen && (
          <Button size="xs" variant="default" onClick={() => answering.reset()}>
            Answer again
          </Button>
        )}
      </div>
    );
  }
  return (
    <div ref={around} tabIndex={-1} className={classes.answer}>
      <div className={classes.left} data-urgent={left !== undefined && left < URGENT_MS}>
        {left === undefined ? (
          "Waits for you"
        ) : (
          <>
            <span className={`${classes.time ?? ""} tabular`}>{countdown(left)}</span> left to answer
          </>
        )}
      </div>
      <div className={classes.buttons}>
        <SteadyButton
          size="md"
          variant="default"
          icon={<IconX size={18} aria-hidden />}
          aria-label={`Decline: ${title}`}
          isBusy={answering.isPending && answering.variables.answer === "decline"}
          isOff={answering.isPending && answering.variables.answer !== "decline"}
          isSettled={isSettled}
          onPress={() => answer("decline")}
        >
          Decline
        </SteadyButton>
        <SteadyButton
          size="md"
          icon={<IconCheck size={18} aria-hidden />}
          aria-label={`Approve: ${title}`}
          isBusy={answering.isPending && answering.variables.answer === "approve"}
          isOff={answering.isPending && answering.variables.answer !== "approve"}
          isSettled={isSettled}
          onPress={() => answer("approve")}
        >
          Approve
        </SteadyButton>
      </div>
      {answering.isError && (
        <div className={classes.problem}>
          <ProblemNote
            what={
              answering.error instanceof ControlPlaneAway && answering.error.mayHaveArrived
                ? "It is not known whether your answer reached the bot"
                : "Your answer did not reach the bot"
            }
            error={answering.error}
          />
        </div>
      )}
    </div>
  );
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
