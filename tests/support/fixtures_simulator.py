"""A portal for tests: ``simulator`` is one of the test's own; ``shared_simulator`` is one for a whole test module."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.simulator_client import SimulatorProcess
from tests.support.simulator_visitor import Visitor


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    """A quiet portal (no jobs arrive by themselves, no rivals) with one account."""
    with SimulatorProcess() as process:
        yield process


@pytest.fixture(scope="module")
def shared_simulator() -> Iterator[SimulatorProcess]:
    """A quiet portal for a module's tests, each with its own accounts; whatever a test sets, ``member`` puts back."""
    with SimulatorProcess(population=0) as process:
        yield process


@dataclass(frozen=True)
class Member:
    """An interpreter with an account of its own on a shared simulator."""

    simulator: SimulatorProcess
    email: str
    password: str
    name: str
    visitor: Visitor

    @property
    def us(self) -> str:
        """The account as the truth names a holder."""
        return f"us:{self.email}"

    def post_job(self, **what: Any) -> str:
        """A job that this account alone sees; its number."""
        return self.simulator.post_job(accounts=[self.email], **what).job_number


@contextmanager
def new_member(simulator: SimulatorProcess) -> Iterator[Member]:
    """Somebody with an empty board, not signed in yet; afterwards settings and faults are as they were."""
    settings = simulator.settings()
    email, password = f"{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(12)
    simulator.add_account(email=email, password=password, name="Sam O'Neil & Co", population=0)
    with Visitor(simulator.base_url) as visitor:
        yield Member(simulator, email, password, "Sam O'Neil & Co", visitor)
    simulator.clear_faults()
    simulator.set(**settings)


@pytest.fixture
def member(shared_simulator: SimulatorProcess) -> Iterator[Member]:
    """Somebody with an empty board, not signed in yet."""
    with new_member(shared_simulator) as somebody:
        yield somebody


@pytest.fixture
def signed_in(member: Member) -> Member:
    """The same, signed in."""
    assert member.visitor.sign_in(member.email, member.password).status_code == 302
    return member
