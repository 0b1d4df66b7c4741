import "@mantine/dates/styles.layer.css";
import { Button, Select, TextInput } from "@mantine/core";
import { DatePickerInput, type DatesRangeValue } from "@mantine/dates";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconCalendar, IconSearch, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { JobFilters } from "@/api/query-keys";
import { londonDay } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { JOB_KINDS } from "@/words/job-kinds";
import { JOB_STATUS, JOB_STATUSES } from "@/words/job-status";
import { useLanguages } from "./api/list-languages";
import classes from "./Jobs.module.css";

/** How long the owner may pause while typing before the list follows. */
const TYPING_PAUSE_MS = 300;

interface FiltersBarProps {
  readonly filters: JobFilters;
  readonly onChange: (filters: JobFilters) => void;
}

/** Which jobs the list shows. */
export function FiltersBar({ filters, onChange }: FiltersBarProps) {
  const [isOpen, setOpen] = useState(false);
  // A new number is a new search field and a new date field, both empty: the address follows a moment later.
  const [cleared, setCleared] = useState(0);
  const { data: languages = [] } = useLanguages();
  const active = Object.keys(filters).filter((name) => name !== "to").length;
  const set = (change: { [Name in keyof JobFilters]: JobFilters[Name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...change }));

  return (
    <search className={classes.filters}>
      <SearchField
        key={cleared}
        initial={cleared === 0 ? (filters.search ?? "") : ""}
        onSearch={(search) => set({ search })}
      />
      <Button
        className={classes.toggle}
        variant="default"
        leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        Filters{active > 0 && ` (${String(active)})`}
      </Button>
      <div className={classes.more} data-open={isOpen}>
        <Select
          label="Outcome"
          placeholder="All"
          clearable
          data={JOB_STATUSES.map((status) => ({ value: status, label: JOB_STATUS[status].label }))}
          value={filters.status ?? null}
          onChange={(status) => set({ status: status ?? undefined })}
        />
        <Select
          label="Language"
          placeholder="All"
          clearable
          searchable
          nothingFoundMessage="No job in this language lately"
          data={[...new Set([...languages, ...(filters.language === undefined ? [] : [filters.language])])]}
          value={filters.language ?? null}
          onChange={(language) => set({ language: language ?? undefined })}
        />
        <Select
          label="Kind"
          placeholder="All"
          clearable
          data={[...new Set([...JOB_KINDS, ...(filters.kind === undefined ? [] : [filters.kind])])]}
          value={filters.kind ?? null}
          onChange={(kind) => set({ kind: kind ?? undefined })}
        />
        <SeenOn
          key={`dates ${String(cleared)}`}
          initial={cleared === 0 ? [filters.from ?? null, filters.to ?? null] : [null, null]}
          onPick={(from, to) => set({ from, to })}
        />
        {active > 0 && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={16} aria-hidden />}
            onClick={() => {
              setCleared(cleared + 1);
              onChange({});
            }}
          >
            Clear
          </Button>
        )}
      </div>
    </search>
  );
}

interface SearchFieldProps {
  readonly initial: string;
  readonly onSearch: (words: string | undefined) => void;
}

function SearchField({ initial, onSearch }: SearchFieldProps) {
  const [typed, setTyped] = useState(initial);
  const search = useDebouncedCallback((words: string) => onSearch(words.trim()), TYPING_PAUSE_MS);
  return (
    <TextInput
      type="search"
      label="Search"
      placeholder="Reference, company, place…"
      leftSection={<IconSearch size={16} aria-hidden />}
      value={typed}
      maxLength={200}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}

interface SeenOnProps {
  readonly initial: DatesRangeValue<string>;
  readonly onPick: (from: string | undefined, to: string | undefined) => void;
}

function SeenOn({ initial, onPick }: SeenOnProps) {
  const [range, setRange] = useState(initial);
  const now = useNow();
  const today = londonDay(now);
  const daysAgo = (days: number) => londonDay(new Date(now.getTime() - days * 86_400_000));
  return (
    <DatePickerInput
      type="range"
      label="Seen on"
      placeholder="Any day"
      clearable
      allowSingleDateInRange
      weekendDays={[]}
      valueFormat="D MMM YYYY"
      leftSection={<IconCalendar size={16} aria-hidden />}
      maxDate={today}
      presets={[
        { value: [today, today], label: "Today" },
        { value: [daysAgo(1), daysAgo(1)], label: "Yesterday" },
        { value: [daysAgo(6), today], label: "Last 7 days" },
      ]}
      value={range}
      onChange={(picked) => {
        setRange(picked);
        const [from, to] = picked;
        // Between the first and the second click there is no range yet.
        if (from !== null && to === null) return;
        onPick(from ?? undefined, to ?? undefined);
      }}
    />
  );
}

function withoutEmpty(filters: { [Name in keyof JobFilters]: JobFilters[Name] | undefined }): JobFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ""));
}
