import { NumberInput } from "@mantine/core";
import { useForm } from "../form";
import { LIMITS, type NumberName } from "../settings";

interface NumberFieldProps {
  readonly name: NumberName;
  readonly label: string;
  readonly description?: string;
  /** After the number, e.g. "minutes". */
  readonly unit: string;
  /** Instead of `unit` after a 1. */
  readonly one?: string;
  readonly step?: number;
  /** The field shows the number times this: 100 for a percentage. */
  readonly times?: number;
}

/** A number; where it may be none, an empty field means no limit. */
export function NumberField({ name, label, description, unit, one, step = 1, times = 1 }: NumberFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  const { least, most, isWhole, isOptional } = LIMITS[name];
  const value = values[name];
  const shown = typeof value === "number" ? Math.round(value * times * 100) / 100 : (value ?? "");
  return (
    <NumberInput
      wrapperProps={{ "data-field": name }}
      label={label}
      description={description}
      suffix={` ${shown === 1 ? (one ?? unit) : unit}`}
      placeholder={isOptional ? "No limit" : undefined}
      allowDecimal={!isWhole || times !== 1}
      decimalScale={2}
      allowNegative={false}
      step={step}
      min={Math.ceil(least * times * 100) / 100}
      max={most * times}
      clampBehavior="none"
      value={shown}
      error={errorAt(name)}
      onChange={(next) => {
        const read = typeof next === "number" ? next / times : next;
        set({ [name]: read === "" && isOptional ? null : read });
      }}
      onBlur={() => judge(name)}
    />
  );
}
