"""A job by itself."""

from datetime import date, datetime, timedelta

import pytest

from bot.domain.job import lies_ahead
from tests.support.engine_support import job
from tests.support.parts import AT


@pytest.mark.parametrize(
    ("starts_at", "day", "is_ahead"),
    [
        (AT + timedelta(seconds=1), date(2026, 11, 20), True),
        (AT, date(2026, 11, 20), False),
        (None, date(2026, 11, 20), True),
        (None, date(2026, 11, 19), False),
        (None, None, True),
    ],
)
def test_a_day_without_a_time_counts_whole(starts_at: datetime | None, day: date | None, is_ahead: bool) -> None:
    one = job(1).changed(starts_at=starts_at, appointment_date=day, appointment_time=None)
    assert lies_ahead(one, AT) is is_ahead


def test_a_field_that_a_job_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        job(1).changed(colour="blue")
