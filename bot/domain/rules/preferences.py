"""The order in which jobs are taken when not all of them can be taken."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.job import Job
from bot.domain.text_matching import spelling_key
from common.states import Preference

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """The owner's preferences, the most important first; ties are broken by the start and then by the job's number."""

    order: tuple[Preference, ...] = (Preference.SOONEST,)
    #: the best first; a kind that is not listed comes last
    kinds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def preference_key(job: Job, preferences: Preferences) -> tuple[object, ...]:
    """A key for ``sorted``: the job that is taken first has the smallest key. Unknown values come last."""
    compared = tuple(_part(prefer, job, preferences) for prefer in preferences.order)
    return (*compared, job.starts_at or _NEVER, len(job.job_number), job.job_number)


def _part(prefer: Preference, job: Job, preferences: Preferences) -> tuple[bool, float]:
    match prefer:
        case Preference.SOONEST:
            return _known(_seconds(job))
        case Preference.LATEST:
            return _known(_seconds(job), largest_first=True)
        case Preference.LONGEST:
            return _known(job.duration_minutes, largest_first=True)
        case Preference.SHORTEST:
            return _known(job.duration_minutes)
        case Preference.KIND:
            return _known(_rank(job.kind, preferences.kinds))
        case Preference.LANGUAGE:
            return _known(_rank(job.language, preferences.languages))


def _known(value: float | None, *, largest_first: bool = False) -> tuple[bool, float]:
    if value is None:
        return True, 0
    return False, -value if largest_first else value


def _seconds(job: Job) -> float | None:
    return None if job.starts_at is None else job.starts_at.timestamp()


def _rank(name: str | None, names: tuple[str, ...]) -> int | None:
    keys = [spelling_key(one) for one in names]
    key = spelling_key(name) if name else ""
    return keys.index(key) if key in keys else None
