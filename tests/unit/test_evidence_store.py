"""The folder of evidence: what is handed over is there, within limits, and nobody waits for it."""

import asyncio
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evidence.archive import EvidenceName
from bot.evidence.store import Evidence, EvidenceError, EvidenceLimits, kept_in

AT = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
QUICK = EvidenceLimits(quiet=timedelta(0))
ITEMS: dict[str, bytes | str] = {"row.html": "<tr>10432</tr>", "answer.txt": b"HTTP/1.1 302 Found"}


class Listener:
    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def __call__(self, action: str, words: str) -> None:
        self.told.append((action, words))

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.told]


@contextmanager
def working(
    folder: Path, *, limits: EvidenceLimits = QUICK, listener: Listener | None = None, now: datetime = AT
) -> Iterator[Evidence]:
    """Evidence outside of an event loop; at the end everything is written."""
    evidence = Evidence(folder, tell=listener or Listener(), limits=limits, clock=lambda: now)
    yield evidence
    asyncio.run(evidence.close())


def test_what_was_kept_can_be_listed_and_read(tmp_path: Path) -> None:
    with working(tmp_path / "evidence") as evidence:
        first = evidence.keep("claim", "10432", AT, ITEMS)
        other = evidence.keep("claim", "10433", AT + timedelta(seconds=1), ITEMS)
        page = evidence.keep("strange_page", None, AT - timedelta(seconds=1), {"page.html": "<html>"})
    assert [str(name) for name in evidence.list()] == [page, first, other]
    assert [str(name) for name in evidence.list("10432")] == [first]
    assert evidence.list("1043") == ()
    piece = evidence.read(first)
    assert (piece.kind, piece.job_number, piece.at) == ("claim", "10432", AT)
    assert piece.items == {"row.html": b"<tr>10432</tr>", "answer.txt": b"HTTP/1.1 302 Found"}
    assert evidence.read(page).job_number is None
    assert evidence.trouble is None


def test_it_is_for_the_owners_eyes_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with working(tmp_path / "evidence") as evidence:
            name = evidence.keep("claim", "10432", AT, ITEMS)
    finally:
        os.umask(before)
    assert (tmp_path / "evidence").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "evidence" / name).stat().st_mode & 0o777 == 0o600


def test_secrets_are_taken_out_as_they_were_when_it_was_handed_over(tmp_path: Path) -> None:
    cookies = ["first-cookie-1"]
    evidence = Evidence(tmp_path, tell=Listener(), secrets=lambda: cookies, limits=QUICK)
    name = evidence.keep(
        "claim", "1", AT, {"sent.txt": "first-cookie-1", "row.html": '<input name="_token" value="x1">'}
    )
    cookies[:] = ["second-cookie-2"]
    asyncio.run(evidence.close())
    assert evidence.read(name).items == {
        "sent.txt": b"[removed]",
        "row.html": b'<input name="_token" value="[removed]">',
    }


def test_another_bot_on_the_same_folder_goes_on(tmp_path: Path) -> None:
    with working(tmp_path) as evidence:
        first = evidence.keep("claim", "1", AT, ITEMS)
    (tmp_path / f"{first}.making").write_bytes(b"half of a file")
    (tmp_path / "notes.txt").write_text("the owner's own")
    with working(tmp_path) as evidence:
        second = evidence.keep("claim", "1", AT + timedelta(seconds=1), ITEMS)
    assert [str(name) for name in evidence.list("1")] == [first, second]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([first, second, "notes.txt"])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../journal.sqlite", "is no name of a piece of evidence"),
        (str(EvidenceName.new("claim", "1", AT)), "there is no"),
    ],
    ids=["no name", "no piece of that name"],
)
def test_what_is_not_there_is_said(tmp_path: Path, name: str, why: str) -> None:
    with working(tmp_path / "evidence") as evidence:
        assert evidence.list() == ()
        with pytest.raises(EvidenceError, match=why):
            evidence.read(name)
    assert not (tmp_path / "evidence").exists()


@given(share=st.floats(0, 0.999))
@settings(max_examples=20, deadline=None)
def test_a_file_that_was_cut_is_not_taken_for_a_whole_one(share: float) -> None:
    with tempfile.TemporaryDirectory() as folder, working(Path(folder)) as evidence:
        name = evidence.keep("claim", "1", AT, ITEMS)
        asyncio.run(evidence.close())
        content = (Path(folder) / name).read_bytes()
        (Path(folder) / name).write_bytes(content[: int(len(content) * share)])
        with pytest.raises(EvidenceError, match="cannot be shown: it is cut or damaged"):
            evidence.read(name)


# --- limits -----------------------------------------------------------------------------------------------------------

PIECES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 6_000), st.booleans()), max_size=25)


@settings(max_examples=40, deadline=None)
@given(pieces=PIECES, total=st.integers(500, 20_000), days=st.integers(1, 120))
def test_limits_hold_whatever_comes(pieces: list[tuple[int, int, bool]], total: int, days: int) -> None:
    """Days before now, size (of bytes that cannot be compressed), and whether the bot is started anew before it."""
    limits = replace(QUICK, total_bytes=total, age=timedelta(days=days))
    largest_seen = 0
    handed_over: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        evidence = Evidence(folder, tell=Listener(), limits=limits, clock=lambda: AT)
        for age, size, restarts in pieces:
            if restarts:
                asyncio.run(evidence.close())
                largest_seen = max(largest_seen, size_of(folder))
                evidence = Evidence(folder, tell=Listener(), limits=limits, clock=lambda: AT)
            handed_over.append(evidence.keep("claim", "1", AT - timedelta(days=age), {"x.png": os.urandom(size)}))
        asyncio.run(evidence.close())
        kept = [str(one) for one in kept_in(folder)]
        assert max(largest_seen, size_of(folder)) <= total
        # once more, as the next start would: nothing too old is left
        with working(folder, limits=limits) as again:
            pass
        assert all(one.at >= AT - limits.age for one in again.list())
        assert set(kept) <= set(handed_over)
        assert all(again.read(str(one)).items for one in again.list())


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def test_the_oldest_goes_first(tmp_path: Path) -> None:
    with working(tmp_path, limits=replace(QUICK, total_bytes=5_000)) as evidence:
        names = [
            evidence.keep("claim", str(number), AT + timedelta(seconds=number), {"x.png": os.urandom(1_000)})
            for number in range(6)
        ]
    kept = [str(name) for name in evidence.list()]
    assert 2 <= len(kept) < 6
    assert kept == names[-len(kept) :]


def test_what_is_too_old_goes_when_the_bot_starts(tmp_path: Path) -> None:
    with working(tmp_path) as evidence:
        evidence.keep("claim", "1", AT - timedelta(days=91), ITEMS)
        young = evidence.keep("claim", "1", AT - timedelta(days=89), ITEMS)
    with working(tmp_path) as evidence:
        pass
    assert [str(name) for name in evidence.list()] == [young]


def test_a_piece_that_is_larger_than_everything_is_told(tmp_path: Path) -> None:
    listener = Listener()
    with working(tmp_path, limits=replace(QUICK, total_bytes=5_000), listener=listener) as evidence:
        small = evidence.keep("claim", "1", AT, ITEMS)
        evidence.keep("claim", "2", AT, {"x.png": os.urandom(10_000)})
    assert [str(name) for name in evidence.list()] == [small]
    assert listener.actions == ["evidence_not_kept"]
    assert "larger than all of it may be" in listener.told[0][1]


# --- nobody waits -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stuck_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A disk that does not answer until the event is set."""
    answers = threading.Event()
    real = os.fsync

    def wait(descriptor: int) -> None:
        answers.wait(30)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", wait)
    yield answers
    answers.set()


async def test_a_disk_that_does_not_answer_holds_nobody_up(tmp_path: Path, stuck_disk: threading.Event) -> None:
    listener = Listener()
    evidence = Evidence(tmp_path, tell=listener, limits=replace(QUICK, waiting=50))
    before = time.thread_time()
    for number in range(60):
        evidence.keep("claim", str(number), AT, ITEMS)
    assert time.thread_time() - before < 0.1
    assert evidence.trouble == "more comes in than the disk can take"
    stuck_disk.set()
    await evidence.close()
    await asyncio.sleep(0)  # what was told from the other thread arrives
    assert 50 <= len(evidence.list()) < 60
    assert listener.actions == ["evidence_not_kept", "evidence_kept_again"]
    missing = 60 - len(evidence.list())
    assert f"{missing} piece" in listener.told[1][1]


async def test_a_piece_is_listed_only_when_it_is_whole_and_on_the_disk(
    tmp_path: Path, stuck_disk: threading.Event
) -> None:
    evidence = Evidence(tmp_path, tell=Listener(), limits=QUICK)
    evidence.keep("claim", "1", AT, ITEMS)
    while not list(tmp_path.iterdir()):
        await asyncio.sleep(0.001)
    assert evidence.list() == ()
    stuck_disk.set()
    await evidence.close()
    assert len(evidence.list()) == 1


async def test_what_waits_has_a_limit_in_bytes(tmp_path: Path, stuck_disk: threading.Event) -> None:
    listener = Listener()
    evidence = Evidence(tmp_path, tell=listener, limits=replace(QUICK, waiting_bytes=100_000))
    for number in range(20):
        evidence.keep("claim", str(number), AT, {"page.html": "x" * 10_000})
    stuck_disk.set()
    await evidence.close()
    assert len(evidence.list()) == 10
    assert evidence.trouble is None


async def test_work_waits_for_a_quiet_moment_but_not_for_ever(tmp_path: Path) -> None:
    patient = EvidenceLimits(quiet=timedelta(seconds=30), patience=timedelta(seconds=0.3))
    evidence = Evidence(tmp_path, tell=Listener(), limits=patient)
    evidence.keep("claim", "1", AT, ITEMS)
    started = time.monotonic()
    while not evidence.list():
        await asyncio.sleep(0.01)
    assert time.monotonic() - started >= 0.25
    never = replace(patient, patience=timedelta(seconds=30))
    other = Evidence(tmp_path, tell=Listener(), limits=never)
    other.keep("claim", "2", AT, ITEMS)
    await other.close()  # the end is quiet enough
    assert len(other.list()) == 2
    await evidence.close()


async def test_trouble_is_told_in_the_event_loop(tmp_path: Path) -> None:
    threads: list[int] = []
    (tmp_path / "evidence").write_text("a file where the folder should be")
    evidence = Evidence(tmp_path / "evidence", tell=lambda *_: threads.append(threading.get_ident()), limits=QUICK)
    evidence.keep("claim", "1", AT, ITEMS)
    evidence.keep("claim", "2", AT, ITEMS)
    await evidence.close()
    await asyncio.sleep(0)
    assert threads == [threading.get_ident()]
    assert evidence.trouble is not None
    assert "Not a directory" in evidence.trouble or "File exists" in evidence.trouble


async def test_nothing_reaches_the_caller(tmp_path: Path) -> None:
    listener = Listener()

    def broken() -> list[str]:
        raise RuntimeError("no secrets today")

    evidence = Evidence(tmp_path, tell=listener, secrets=broken, limits=QUICK)
    name = evidence.keep("claim", "1", AT, ITEMS)
    assert EvidenceName.parse(name)
    evidence_of_numbers = evidence.keep("claim", "1", AT, {"x": 1})  # type: ignore[dict-item]  # what a mistake looks like
    assert EvidenceName.parse(evidence_of_numbers)
    await evidence.close()
    evidence.keep("claim", "1", AT, ITEMS)  # after the end
    await evidence.close()
    await asyncio.sleep(0)
    assert evidence.list() == ()
    assert listener.actions == ["evidence_not_kept"]
