import { Checkbox } from "@mantine/core";
import { JOB_KINDS } from "@/messages/job-kinds";
import { useForm } from "../form";
import classes from "../Settings.module.css";

interface KindsFieldProps {
  readonly name: "job_type_filter" | "exclude_types";
  readonly label: string;
  readonly description?: string;
}

/** Which kinds of job. */
export function KindsField({ name, label, description }: KindsFieldProps) {
  const { values, errorAt, set, judge } = useForm();
  const value = values[name];
  return (
    <Checkbox.Group
      data-field={name}
      label={label}
      description={description}
      value={value}
      error={errorAt(name)}
      onChange={(kinds) => {
        set({ [name]: kinds });
        judge("job_type_filter", "exclude_types");
      }}
    >
      <div className={classes.boxes}>
        {[...new Set([...JOB_KINDS, ...value])].map((kind) => (
          <Checkbox key={kind} value={kind} label={kind} />
        ))}
      </div>
    </Checkbox.Group>
  );
}
