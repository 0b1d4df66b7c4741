/** Words as a sentence: with a capital letter and a full stop. */
export function asSentence(words: string): string {
  const begun = words.charAt(0).toLocaleUpperCase("en-GB") + words.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
