/** What a colour stands for; it never stands alone, words and an icon go with it. */
export type Tone = "good" | "info" | "warn" | "bad" | "quiet";
