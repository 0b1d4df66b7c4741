/** How long a new or changed job stands out. */
export const FRESH_MS = 4_000;
