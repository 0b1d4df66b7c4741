"""Makes random jobs; the same seed gives the same jobs."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from simulator.domain.jobs import LONDON, Interval, JobDraft, Language, LoserSees, interval_of
from simulator.settings import Settings
from simulator.world import words

#: Kinds for which somebody has to go somewhere.
_ON_SITE = frozenset({"face to face", "bsl", "simultaneous", "consecutive"})

_DURATIONS_MINUTES = (30, 45, 60, 60, 60, 90, 90, 120, 180)

#: Appointments begin on the quarter hour within these hours.
_FIRST_HOUR, _LAST_HOUR = 8, 19

#: How often a free slot is looked for before looking further ahead.
_TRIES_A_HORIZON = 20


class Chance:
    """A source of random jobs."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def draft(self, now: datetime, settings: Settings, **given: Any) -> JobDraft:
        """A random draft posted at ``now``; ``given`` are fields of ``JobDraft`` that are fixed."""
        rng = self.rng
        kind = given.get("kind") or self._kind(settings)
        on_site = kind.casefold() in _ON_SITE
        today = now.astimezone(LONDON).date()
        client = rng.choice(words.CLIENTS)
        made_up: dict[str, Any] = {
            "language": self._language(kind),
            "kind": kind,
            "submitted_on": today,
            "appointment_date": self.day_ahead(today, settings),
            "appointment_time": self.time_of_day(),
            "duration_minutes": rng.choice(_DURATIONS_MINUTES),
            "company_name": rng.choice(words.COMPANIES),
            "client_name": client,
            "client_reference": f"{client[0]}{client.split()[-1][0]}-{rng.randrange(1000, 10_000)}",
            "qualification": rng.choice(words.QUALIFICATIONS),
            "security_check": rng.choice(words.SECURITY_CHECKS),
            "gender": rng.choice(words.GENDERS),
            "service_user": f"{rng.choice(words.SERVICE_USERS)}, 07700 900{rng.randrange(1000):03d}",
            "special_instructions": rng.choice(words.INSTRUCTIONS if on_site else words.REMOTE_INSTRUCTIONS),
            "address": self._address() if on_site else (),
            "contact_on_arrival": rng.choice(words.CONTACTS_ON_ARRIVAL) if on_site else "",
            "loser_sees": LoserSees.CANCELLED if rng.random() < settings.lost_seen_share else LoserSees.NOTHING,
        }
        return JobDraft(**made_up | given)

    def arrival(self, now: datetime, settings: Settings) -> JobDraft:
        """A random draft with the oddities of the real board, each at its share."""
        rng = self.rng
        odd: dict[str, Any] = {}
        if rng.random() < settings.quote_only_share:
            odd["quote_only"] = True
        if rng.random() < settings.stray_character_share:
            odd["stray"] = rng.choice(words.STRAY_CHARACTERS)
        if rng.random() < settings.empty_time_share:
            odd["appointment_time"] = None
        return self.draft(now, settings, **odd)

    def free_slot(self, draft: JobDraft, is_free: Callable[[Interval], bool], settings: Settings) -> JobDraft:
        """The draft moved to a free date and time; searches further ahead the fuller the days are."""
        farthest = settings.days_ahead[1]
        while True:
            for _ in range(_TRIES_A_HORIZON):
                days = self.rng.uniform(settings.days_ahead[0], farthest)
                moved = replace(
                    draft,
                    appointment_date=draft.submitted_on + timedelta(days=round(days)),
                    appointment_time=self.time_of_day(),
                )
                interval = interval_of(moved)
                if interval is None or is_free(interval):
                    return moved
            farthest = farthest * 1.5 + 1

    def day_ahead(self, today: date, settings: Settings) -> date:
        """An appointment's day."""
        return today + timedelta(days=round(self.rng.uniform(*settings.days_ahead)))

    def time_of_day(self) -> time:
        """An appointment's wall clock time."""
        return time(self.rng.randint(_FIRST_HOUR, _LAST_HOUR), self.rng.choice((0, 0, 15, 30, 30, 45)))

    def _kind(self, settings: Settings) -> str:
        kind = self.rng.choices(list(settings.share), weights=list(settings.share.values()))[0]
        # one in five is typed by hand
        return self.rng.choice(words.OTHER_SPELLINGS[kind]) if self.rng.random() < 0.2 else kind  # noqa: PLR2004

    def _language(self, kind: str) -> Language:
        if kind.casefold() == "bsl":
            return words.SIGN_LANGUAGE
        return self.rng.choices(list(words.LANGUAGES), weights=list(words.LANGUAGES.values()))[0]

    def _address(self) -> tuple[str, ...]:
        rng = self.rng
        town, area = rng.choice(words.TOWNS)
        letters = "".join(rng.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return (
            f"{rng.randrange(1, 200)} {rng.choice(words.STREETS)}",
            "",
            town,
            f"{area}{rng.randrange(1, 20)} {rng.randrange(1, 10)}{letters}",
        )
