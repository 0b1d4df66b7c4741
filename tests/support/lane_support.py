"""Both ways to every portal that comes with the bot, for the tests that hold on all of them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from bot.portal.browser.chromium import find_browser
from bot.portal.browser.client import BrowserClient
from bot.portal.credentials import SignedIn
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.http.client import HttpClient
from bot.portal.models import Board, BoardRow
from tests.support.fixtures_simulator import Member, new_member
from tests.support.signed_in_session import session_without_browser
from tests.support.simulator_client import SimulatorProcess, Skin

BROWSER = find_browser(Path(__file__).resolve().parents[2] / "data", os.environ)

LaneKind = Literal["http", "page"]
SKINS: tuple[Skin, ...] = ("atoz", "cards", "script", "tickets")


def definition_of(simulator: SimulatorProcess) -> PortalDefinition:
    """The definition of the portal that this simulator is, at its address."""
    return load("simulator" if simulator.skin == "atoz" else simulator.skin).at(simulator.base_url)


@contextmanager
def somebody(simulator: SimulatorProcess) -> Iterator[Member]:
    """An account with an empty board and a name of its own: people choose themselves by it."""
    with new_member(simulator) as found:
        name = f"Sam {found.email[:6]} O'Neil & Co"
        simulator.add_account(email=found.email, password=found.password, name=name)
        yield Member(simulator, found.email, found.password, name, found.visitor)


def session_of(member: Member) -> SignedIn:
    """A session of this account, without a browser."""
    return session_without_browser(member.visitor, member.simulator.skin, member.email, member.password, member.name)


def lane_of(member: Member, kind: LaneKind) -> HttpClient | BrowserClient:
    """A lane for this account; whoever asks for it closes it."""
    definition, session = definition_of(member.simulator), session_of(member)
    if kind == "http":
        return HttpClient(definition, session)
    return BrowserClient(definition, session, browser_path=BROWSER)


def row_of(board: Board, job_number: str) -> BoardRow:
    """The row of a job."""
    return next(row for row in board.rows if row.job.job_number == job_number)
