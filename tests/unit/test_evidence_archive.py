"""A piece of evidence as a file: the same on the other side, or not at all."""

import gzip
import io
import tarfile
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.archive import Damaged, EvidenceName, Piece, pack, unpack

AT = datetime(2026, 11, 20, 10, 15, 30, 123456, tzinfo=UTC)
PIECE = Piece(
    kind="claim",
    job_number="10432",
    at=AT,
    items={"row.html": b"<tr>\xff</tr>", "answer.txt": b"HTTP/1.1 302 Found", "empty": b""},
)
NAMES = st.text(max_size=80)
TIMES = st.datetimes(min_value=datetime(1000, 1, 2), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


def test_it_is_the_same_on_the_other_side() -> None:
    assert unpack(pack(PIECE)) == PIECE


def test_any_program_can_open_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(PIECE)), mode="r:gz") as archive:
        assert archive.getnames() == ["about.json", "row.html", "answer.txt", "empty"]
        assert all(entry.mode == 0o600 for entry in archive.getmembers())


@given(length=st.integers(0, len(pack(PIECE)) - 1))
def test_half_a_file_is_none(length: int) -> None:
    with pytest.raises(Damaged):
        unpack(pack(PIECE)[:length])


@given(position=st.integers(12, len(pack(PIECE)) - 1), change=st.integers(1, 255))
def test_a_changed_byte_is_noticed_where_it_matters(position: int, change: int) -> None:
    content = bytearray(pack(PIECE))
    content[position] ^= change
    try:
        found = unpack(bytes(content))
    except Damaged:
        return
    assert found == PIECE  # a bit that means nothing: the last byte of the compressed part may have some to spare


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", gzip.compress(b"junk"), gzip.compress(b"\0" * 10240)],
    ids=["nothing", "no archive", "no tar in it", "an empty tar in it"],
)
def test_junk_is_no_evidence(content: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(content)


def test_a_name_that_leads_out_of_its_folder_is_refused() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../../somewhere"))
    with pytest.raises(Damaged, match="out of its folder"):
        unpack(buffer.getvalue())


@given(names=st.lists(NAMES, unique=True, max_size=6))
def test_whatever_items_are_called_none_is_lost(names: list[str]) -> None:
    piece = Piece(kind="claim", job_number=None, at=AT, items={name: name.encode("utf-8", "replace") for name in names})
    kept = unpack(pack(piece)).items
    assert sorted(kept.values()) == sorted(piece.items.values())
    assert not any("/" in name or name.startswith(".") for name in kept)


@given(kind=NAMES, job_number=st.none() | NAMES.filter(bool), at=TIMES)
def test_a_files_name_says_what_it_is(kind: str, job_number: str | None, at: datetime) -> None:
    name = EvidenceName.new(kind, job_number, at)
    text = str(name)
    assert "/" not in text
    assert len(text) < 200
    found = EvidenceName.parse(text)
    assert found is not None
    assert (found.at, found.token) == (name.at, name.token)
    assert str(found) == text
    assert found.is_about(job_number or "")
    if job_number and job_number.isalnum() and job_number.isascii() and len(job_number) <= 60:
        assert found.job_number == job_number
        assert not found.is_about(job_number + "0") or len(job_number) == 60


def test_names_are_in_the_order_of_time_and_never_the_same() -> None:
    names = [EvidenceName.new("claim", "1", AT + timedelta(seconds=second)) for second in (3, 1, 2, 1)]
    assert len({str(name) for name in names}) == 4
    assert sorted(map(str, names)) == [str(name) for name in sorted(names)]


def test_times_of_any_zone_and_of_none_count_as_utc() -> None:
    in_paris = AT.astimezone(timezone(timedelta(hours=1)))
    assert EvidenceName.new("claim", None, in_paris).at == AT
    assert EvidenceName.new("claim", None, AT.replace(tzinfo=None)).at == AT


@pytest.mark.parametrize(
    "name",
    [
        "",
        "notes.txt",
        "../20261120T101530.123456Z_claim_1_0123abcd.tar.gz",
        "20261120T101530.123456Z_claim_../1_0123abcd.tar.gz",
        "20261120T101530.123456Z_claim_1_0123abcd.tar.gz.making",
        "20261399T101530.123456Z_claim_1_0123abcd.tar.gz",
    ],
)
def test_other_files_are_none_of_ours(name: str) -> None:
    assert EvidenceName.parse(name) is None
