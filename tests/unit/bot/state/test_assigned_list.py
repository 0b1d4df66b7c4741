"""What a list of our jobs can show already."""

from datetime import timedelta

from bot.state.assigned_list import AssignedList
from tests.support.engine_support import job
from tests.support.parts import AT


def test_a_list_shows_what_was_settled_some_time_before_it_was_asked_for() -> None:
    assigned = AssignedList(jobs=(job(1), job(2)), asked_at=AT)
    assert assigned.job_numbers == {"1", "2"}
    assert assigned.reflects(AT - timedelta(seconds=16))
    assert not assigned.reflects(AT - timedelta(seconds=15))
    assert not assigned.reflects(AT + timedelta(seconds=1))
