import type { BotConfiguration, WordRule } from "@/api/types";

type RequirableField = BotConfiguration["required_fields"][number];
export type SearchableField = WordRule["fields"][number];

/** A list of all of these, in the order in which they stand here; one that is left out does not compile. */
function every<Field extends string>(fields: Readonly<Record<Field, true>>): readonly Field[] {
  return Object.keys(fields) as Field[];
}

/** What an owner can insist on. */
export const REQUIRABLE_FIELDS = every<RequirableField>({
  reference: true,
  submitted_on: true,
  appointment_date: true,
  appointment_time: true,
  duration_minutes: true,
  language: true,
  kind: true,
  company_name: true,
  client_name: true,
  postcode: true,
});

/** Where words can be looked for. */
export const SEARCHABLE_FIELDS = every<SearchableField>({
  reference: true,
  language: true,
  kind: true,
  company_name: true,
  client_name: true,
  client_reference: true,
  qualification: true,
  security_check: true,
  gender: true,
  address: true,
  postcode: true,
  special_instructions: true,
});

const LABEL: Readonly<Record<RequirableField | SearchableField, string>> = {
  reference: "Reference",
  submitted_on: "Day the client asked",
  appointment_date: "Date of the appointment",
  appointment_time: "Time of the appointment",
  duration_minutes: "Length",
  language: "Language",
  kind: "Kind of job",
  company_name: "Company",
  client_name: "Client",
  postcode: "Postcode",
  client_reference: "Client's reference",
  qualification: "Qualification",
  security_check: "Security check",
  gender: "Interpreter's gender",
  address: "Address",
  special_instructions: "Special instructions",
};

/** A field of a job in the owner's words. */
export function fieldLabel(name: RequirableField | SearchableField): string {
  return LABEL[name];
}
