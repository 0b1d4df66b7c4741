import { Button, Group, Stack, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState, type SyntheticEvent } from "react";
import { ControlPlaneAway, RequestRefused } from "@/api/problem";
import type { SavedConfiguration } from "@/api/types";
import { ProblemNote } from "@/components/ProblemNote";
import { counted } from "@/lib/numbers";
import { useSaveConfiguration } from "./api/save-configuration";
import { AllSettings } from "./AllSettings";
import { FormContext, type Form } from "./form";
import { GROUP_FIELDS, groupOf, OpenedContext } from "./groups-opened";
import classes from "./Settings.module.css";
import { LeaveGuard } from "./LeaveGuard";
import { SavedNote } from "./SavedNote";
import {
  changeOf,
  check,
  errorOf,
  fieldOf,
  FIELDS,
  sortProblems,
  unsaved,
  type FieldErrors,
  type FieldName,
  type Values,
} from "./settings";

/**
 * The settings to change. The form keeps only what the owner touched: what is saved elsewhere in the meantime shows in
 * all other fields at once and is not overwritten.
 */
export function SettingsForm({ saved }: { readonly saved: SavedConfiguration }) {
  const [draft, setDraft] = useState<Partial<Values>>({});
  // Fields that were touched and left, or all once "Save" was pressed: before that a half typed number is no mistake.
  const [judged, setJudged] = useState<ReadonlySet<FieldName>>(new Set());
  const [refused, setRefused] = useState<FieldErrors>({});
  const [groups, setGroups] = useState<readonly string[]>([]);
  const save = useSaveConfiguration();
  const form = useRef<HTMLFormElement>(null);
  const toFocus = useRef<string | undefined>(undefined);

  const savedValues: Values = saved.configuration;
  const values: Values = { ...savedValues, ...draft };
  const changes = unsaved(savedValues, draft);
  const isDirty = Object.keys(changes).length > 0;
  const found = check(values);
  const shown: FieldErrors = {
    ...Object.fromEntries(Object.entries(found).filter(([path]) => judged.has(fieldOf(path) ?? "mode"))),
    ...refused,
  };

  const wrong = new Set(Object.keys(shown).map(fieldOf)).size;

  const fields: Form = {
    values,
    saved: savedValues,
    errorAt: (path) => errorOf(shown, path),
    isWrong: (name) => Object.keys(shown).some((path) => fieldOf(path) === name),
    set: (change) => {
      setDraft((before) => unsaved(savedValues, { ...before, ...change }));
      // What was refused may be right now; which field of two that contradict each other was mended does not matter.
      setRefused({});
    },
    judge: (...names) => setJudged((before) => new Set([...before, ...names])),
  };

  // A field in a closed group can take the focus only once the group is open.
  useEffect(() => {
    const path = toFocus.current;
    toFocus.current = undefined;
    if (path !== undefined) focusField(form.current, path);
  }, [groups]);

  function show(errors: FieldErrors) {
    const paths = FIELDS.flatMap((name) => Object.keys(errors).filter((path) => fieldOf(path) === name));
    toFocus.current = paths[0];
    const wrong = new Set(paths.map((path) => groupOf(fieldOf(path) ?? "mode")));
    setGroups((before) => Object.keys(GROUP_FIELDS).filter((group) => before.includes(group) || wrong.has(group)));
  }

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    fields.judge(...FIELDS);
    if (Object.keys(found).length > 0) {
      show(found);
      return;
    }
    save.mutate(changeOf(changes), {
      onSuccess: () => {
        setRefused({});
        setJudged(new Set());
        // What was typed while the answer was on its way stays.
        setDraft((now) =>
          Object.fromEntries(Object.entries(now).filter(([name, value]) => draft[name as FieldName] !== value)),
        );
      },
      onError: (error) => {
        if (!(error instanceof RequestRefused)) return;
        const sorted = sortProblems(error.fields);
        setRefused(sorted.fields);
        show(sorted.fields);
      },
    });
  }

  function undo() {
    setDraft({});
    setRefused({});
    setJudged(new Set());
    save.reset();
  }

  const opened = useMemo(() => ({ groups, onChange: setGroups }), [groups]);

  return (
    <form ref={form} onSubmit={submit} noValidate aria-label="Settings">
      <Stack gap="lg">
        <FormContext value={fields}>
          <OpenedContext value={opened}>
            <AllSettings />
          </OpenedContext>
        </FormContext>
        <div
          className={classes.actions}
          data-testid="actions"
          data-state={isDirty ? "dirty" : save.isSuccess ? "saved" : "still"}
        >
          {isDirty && save.isError && <RefusedNote error={save.error} />}
          <div role="status" className={classes.state}>
            {isDirty ? (
              <Group gap={8} wrap="nowrap">
                <IconPencil size={18} stroke={1.8} aria-hidden />
                {wrong === 0
                  ? "You have changes that are not saved"
                  : `Not saved: ${counted(wrong, "field needs", "fields need")} another look`}
              </Group>
            ) : (
              <SavedNote saved={saved} justNow={save.isSuccess} />
            )}
          </div>
          {isDirty && (
            <Button variant="default" onClick={undo} disabled={save.isPending}>
              Discard changes
            </Button>
          )}
          <Button type="submit" loading={save.isPending} disabled={!isDirty}>
            Save
          </Button>
        </div>
      </Stack>
      <LeaveGuard active={isDirty} />
    </form>
  );
}

/** What can be reached by keyboard: a list of words has a button in each of its words that cannot. */
const FOCUSABLE = 'input:not([type=hidden]), textarea, button:not([tabindex="-1"])';

/** Focus the field that a path names, or the nearest one around it. */
function focusField(form: HTMLFormElement | null, path: string): void {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length -= 1) {
    const place = form?.querySelector(`[data-field="${parts.slice(0, length).join(".")}"]`);
    const input = place instanceof HTMLInputElement ? place : place?.querySelector<HTMLElement>(FOCUSABLE);
    if (input != null) {
      // Into the middle: at the page's edge it would lie under the bar with the buttons.
      input.focus({ preventScroll: true });
      input.scrollIntoView({ block: "center" });
      return;
    }
  }
}

/** A refusal that is not, or not only, about single fields. */
function RefusedNote({ error }: { readonly error: Error }) {
  if (!(error instanceof RequestRefused)) {
    const isUncertain = error instanceof ControlPlaneAway && error.mayHaveArrived;
    return (
      <div className={classes.refused}>
        <ProblemNote
          what={isUncertain ? "It is not known whether your settings were saved" : "Your settings were not saved"}
          error={error}
        />
      </div>
    );
  }
  const { fields, others } = sortProblems(error.fields);
  if (Object.keys(fields).length > 0 && others.length === 0) return null;
  return (
    <div className={classes.refused}>
      <ProblemNote what="Your settings were not saved" error={error} />
      {others.map((message) => (
        <Text key={message} size="sm" c="var(--bad-text)">
          {message}
        </Text>
      ))}
    </div>
  );
}
