import { useMutation } from "@tanstack/react-query";
import { api, dataOf } from "../client";
import type { CommandSent, JobRecord } from "../types";

export type OfferAnswer = "approve" | "decline";

interface Answered {
  readonly job: JobRecord;
  readonly answer: OfferAnswer;
}

/** Tell the bot what the owner says to its offer; what comes of it is told over the websocket. */
export function answerOffer({ job, answer }: Answered): Promise<CommandSent> {
  const which = {
    params: {
      path: { job_number: job.job_number },
      query: { account_id: job.account_id, portal: job.portal },
    },
  };
  return dataOf(
    answer === "approve"
      ? api.POST("/api/bot/jobs/{job_number}/approve", which)
      : api.POST("/api/bot/jobs/{job_number}/decline", which),
  );
}

export function useAnswerOffer() {
  return useMutation({ mutationFn: answerOffer });
}
