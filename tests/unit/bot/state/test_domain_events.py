"""Events reach their receivers at once and in order."""

import pytest

from bot.state.domain_events import AssignmentFound, PlaceFreed, Publisher


def test_receivers_are_called_in_order_with_their_events_alone() -> None:
    publisher, heard = Publisher(), list[tuple[str, object]]()
    publisher.subscribe(AssignmentFound, lambda event: heard.append(("first", event.job_number)))
    publisher.subscribe(PlaceFreed, lambda event: heard.append(("place", event)))
    publisher.subscribe(AssignmentFound, lambda event: heard.append(("second", event.job_number)))
    publisher.publish(AssignmentFound("1"))
    assert heard == [("first", "1"), ("second", "1")]


def test_an_error_of_a_receiver_reaches_the_publisher() -> None:
    publisher = Publisher()

    def fail(_: PlaceFreed) -> None:
        raise ValueError("it failed")

    publisher.subscribe(PlaceFreed, fail)
    with pytest.raises(ValueError, match="it failed"):
        publisher.publish(PlaceFreed())
