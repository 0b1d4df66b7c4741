const whole = new Intl.NumberFormat("en-GB");
const percent = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 0 });

/** `12,345` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 job`, `12 jobs` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${whole.format(value)} ${value === 1 ? one : many}`;
}

/** A share between 0 and 1 as `42%`. */
export function share(value: number): string {
  return percent.format(value);
}

/** `Monday`, `Monday and Friday`, `Monday, Friday and Sunday`. */
export function listed(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  const last = words.at(-1);
  if (last === undefined || words.length === 1) return last ?? "";
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${last}`;
}
