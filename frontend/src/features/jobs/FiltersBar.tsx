import "@mantine/dates/styles.layer.css";
import { Button, Select, TextInput } from "@mantine/core";
import { DatePickerInput, type DatesRangeValue } from "@mantine/dates";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconCalendar, IconSearch, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { JobFilters } from "@/api/query-keys";
import { calendarDay, londonDay } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { JOB_KINDS } from "@/messages/job-kinds";
import { JOB_STATUS, JOB_STATUSES } from "@/messages/job-status";
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
  const words = filters.search ?? "";
  const [shown, setShown] = useState(words);
  const [asked, setAsked] = useState(words);
  // A new number is a new search field: what was typed gives way to an address that says otherwise.
  const [field, setField] = useState({ number: 0, initial: words });
  if (words !== shown) {
    setShown(words);
    if (words !== asked) showWords(words);
  }
  const { data: languages = [] } = useLanguages();
  const active = Object.keys(filters).filter((name) => name !== "to" || filters.from === undefined).length;
  const set = (change: { [Name in keyof JobFilters]: JobFilters[Name] | undefined }) =>
    onChange(withoutEmpty({ ...filters, ...change }));

  function showWords(next: string) {
    setAsked(next);
    setField({ number: field.number + 1, initial: next });
  }

  return (
    <search className={classes.filters}>
      <SearchField
        key={field.number}
        initial={field.initial}
        onSearch={(search) => {
          setAsked(search);
          set({ search });
        }}
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
        <SeenOn from={filters.from} to={filters.to} onPick={(from, to) => set({ from, to })} />
        {active > 0 && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={16} aria-hidden />}
            onClick={() => {
              showWords("");
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
  readonly onSearch: (words: string) => void;
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
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly onPick: (from: string | undefined, to: string | undefined) => void;
}

function SeenOn({ from, to, onPick }: SeenOnProps) {
  // Between the first and the second click there is half a range, and the address has none of it.
  const [begun, setBegun] = useState<DatesRangeValue<string>>();
  const [known, setKnown] = useState(`${from ?? ""} ${to ?? ""}`);
  if (known !== `${from ?? ""} ${to ?? ""}`) {
    setKnown(`${from ?? ""} ${to ?? ""}`);
    setBegun(undefined);
  }
  const now = useNow();
  const today = londonDay(now);
  const isOpenAtTheStart = from === undefined && to !== undefined;
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
      defaultDate={from ?? to ?? today}
      presets={[
        { value: [today, today], label: "Today" },
        { value: [daysAgo(1), daysAgo(1)], label: "Yesterday" },
        { value: [daysAgo(6), today], label: "Last 7 days" },
      ]}
      // An address may say only since when, or only until when; the calendar knows ranges with two ends,
      // and opens at the first.
      value={begun ?? [from ?? to ?? null, to ?? (from === undefined ? null : today)]}
      {...(isOpenAtTheStart && begun === undefined ? { valueFormatter: () => `Until ${calendarDay(to)}` } : {})}
      classNames={{ presetsList: classes.presets ?? "", datePickerRoot: classes.picker ?? "" }}
      onChange={([first, last]) => {
        if (first !== null && last === null) {
          setBegun([first, null]);
          return;
        }
        setBegun(undefined);
        onPick(first ?? undefined, last ?? undefined);
      }}
    />
  );
}

function withoutEmpty(filters: { [Name in keyof JobFilters]: JobFilters[Name] | undefined }): JobFilters {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ""));
}
