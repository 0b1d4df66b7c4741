import { keys } from "../../query-keys";
import type { LiveHandler } from "../handler";

/** Something that a bot said in words. */
export interface Said {
  readonly at: string;
  readonly session_id: string;
  /** A notice's action or an error's code. */
  readonly action: string;
  readonly message: string;
  readonly isError: boolean;
}

const KEPT = 50;

/** Keeps what bots said lately, for who asked them for something; the newest first. */
export const handleNotices: LiveHandler = ({ type, data, timestamp }, queryClient) => {
  if (type !== "notice" && type !== "error") return;
  const said: Said = {
    at: timestamp,
    session_id: data.session_id,
    action: type === "notice" ? data.action : data.code,
    message: type === "notice" ? data.message : `${data.message} ${data.what_to_do}`,
    isError: type === "error",
  };
  queryClient.setQueryData<readonly Said[]>(keys.live.notices, (before) => [said, ...(before ?? [])].slice(0, KEPT));
};
