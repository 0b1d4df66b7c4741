/** The kinds of job that the AtoZ portal knows: `KNOWN_JOB_KINDS` of the configuration's contract. */
export const JOB_KINDS: readonly string[] = [
  "Face to Face",
  "BSL",
  "Telephone Interpreting",
  "Video Interpreting",
  "Simultaneous",
  "Consecutive",
];
