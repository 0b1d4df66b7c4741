import { createContext, useContext } from "react";
import type { FieldName, Values } from "./settings";

/** What a field of the form needs of it. */
export interface Form {
  readonly values: Values;
  readonly saved: Values;
  /** What is wrong with a field, or with one of its entries: `weekly_hours.0.end`. */
  readonly errorAt: (path: string) => string | undefined;
  /** Whether anything is wrong with a field or with a part of it. */
  readonly isWrong: (name: FieldName) => boolean;
  readonly set: (change: Partial<Values>) => void;
  /** The owner has left the field: from now on it is said what is wrong with it. */
  readonly judge: (...names: readonly FieldName[]) => void;
}

export const FormContext = createContext<Form | undefined>(undefined);

export function useForm(): Form {
  const form = useContext(FormContext);
  if (form === undefined) throw new Error("a field stands outside its form");
  return form;
}
