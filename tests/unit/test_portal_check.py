"""``python -m bot.portal check``: what is found, what is not, and an exit code to go by."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.portal.check.cli import app
from bot.portal.check.examine import examine
from bot.portal.definition.model import load
from bot.portal.parsing.parse import PageKind

PAGES = Path(__file__).parents[1] / "pages"
ATOZ = load("atoz")

run = CliRunner()


def html_of(name: str) -> str:
    return next((PAGES / name).glob("page.*")).read_text(encoding="utf-8")


def shape_of(name: str) -> dict[str, str]:
    shape: dict[str, str] = json.loads((PAGES / name / "expected.json").read_text(encoding="utf-8"))
    return shape


# Pages that hold, on purpose, a value that the bot does not understand: the check says so.
WITH_STRANGE_VALUES = {
    "board-values-that-cannot-be-read": {"formats.dates", "formats.times", "formats.durations"},
    "job-of-an-unknown-kind": {"kinds"},
    "job-with-an-unreadable-appointment": {"formats.moments", "formats.durations"},
    # they have no total, which is no fault to the bot
    "board-empty-without-total": {"board.total.selector"},
    # one row that the bot leaves alone; whoever corrects the definition is to know
    "board-with-a-status-nobody-knows": {"statuses"},
    "board-with-an-unreadable-reference": {"reference.pattern"},
    "cards-with-a-state-nobody-knows": {"statuses"},
}


#: the sign-in form where something else was asked for
SIGNED_OUT = {"cards-broken-signed-out", "script-broken-data-sign-in"}
#: nobody can tell what half an answer was meant to be
CUT_DATA = {"script-broken-data-cut"}


@pytest.mark.parametrize("folder", sorted(PAGES.iterdir()), ids=lambda folder: folder.name)
def test_a_page_is_right_for_the_check_where_it_is_right_for_the_bot(folder: Path) -> None:
    shape = shape_of(folder.name)
    found = examine(html_of(folder.name), definition=load(shape["definition"]), url=shape["url"])
    kinds = {"board": ("board", "board's data"), "job": ("job", "job's data"), "accept": ("accept",)}
    if "sign-in-page" in folder.name or folder.name in SIGNED_OUT:
        assert found.kind is PageKind.SIGN_IN
        return
    if shape["reads"] in kinds and folder.name not in CUT_DATA:
        assert found.kind in kinds[shape["reads"]]
    if "raises" in shape:
        assert not found.is_right
    elif shape["reads"] != "refusal":
        assert found.error is None
        assert {one.field for one in found.missing} == WITH_STRANGE_VALUES.get(folder.name, set())


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("broken-board-without-table", "board.rows.table", "0 tables"),
        ("broken-board-renamed-heading", "board.fields.appointment_date", "0 columns “Appt. Date”"),
        ("broken-board-heading-twice", "board.fields.reference", "2 columns “Ref”"),
        ("broken-board-cell-missing", "board.rows.cell", "7 or 8 cells in a row, 8 headings"),
        ("board-with-a-status-nobody-knows", "statuses", "cannot read paused"),
        ("board-with-an-unreadable-reference", "reference.pattern", "cannot read A-10433"),
        ("broken-board-other-empty-text", "board.rows.empty_text", "Loading…"),
        ("broken-board-nobody-signed-in", "pages.user_name", "nothing fits .header__name"),
        ("broken-board-cut-before-the-end", "pages.ends_with", "</main>"),
        (
            "broken-job-other-label",
            "job.fields.kind",
            "no label “Interpreter details” among: company name, client name",
        ),
        ("broken-job-without-status", "job.fields.portal_status", "nothing fits .job__status.status"),
        ("broken-empty-body", "pages.ends_with", "the page is empty"),
    ],
)
def test_what_is_missing_is_named_with_what_stands_there(name: str, field: str, words: str) -> None:
    found = examine(html_of(name), definition=ATOZ, url=shape_of(name)["url"])
    missing = {one.field: one.seen for one in found.missing}
    assert words in missing[field]


@pytest.mark.parametrize(
    ("name", "kind", "path"),
    [
        ("board-empty", PageKind.BOARD, "/"),
        ("job-face-to-face", PageKind.JOB, "/interpreter-jobs/10432"),
        ("sign-in-form", PageKind.SIGN_IN, "/login"),
    ],
)
def test_a_page_is_known_without_its_address(name: str, kind: PageKind, path: str) -> None:
    found = examine(html_of(name), definition=ATOZ)
    assert (found.kind, found.url) == (kind, ATOZ.base_url + path)


def test_the_address_that_a_browser_notes_in_a_saved_page_counts() -> None:
    saved = f"<!-- saved from url=(0055){ATOZ.base_url}/interpreter-jobs/7001 -->\n{html_of('job-by-telephone')}"
    found = examine(saved, definition=ATOZ)
    assert found.job is not None
    assert found.job.job.portal_id == "7001"


def test_saved_pages_are_shown_as_tables() -> None:
    result = run.invoke(app, ["check", "atoz", "--html", str(PAGES / "board-every-kind-of-row" / "page.html")])
    assert result.exit_code == 0, result.output
    for text in ("10433/atoz1", "Ukrainian", "quoted for", "board.rows.table", "the bot reads this page"):
        assert text in result.output


def test_one_page_that_is_not_right_is_enough_for_the_exit_code() -> None:
    pages = [PAGES / name / "page.html" for name in ("broken-board-renamed-heading", "board-empty")]
    result = run.invoke(app, ["check", "atoz", *(part for page in pages for part in ("--html", str(page)))])
    assert result.exit_code == 1
    assert "the column “Appt. Date” is not there" in result.output
    assert "the board is empty" in result.output


def test_a_definition_with_mistakes_is_answered_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("extends: atoz\nname: mine\ntime_zone: Nowhere\n", encoding="utf-8")
    result = run.invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert "mine.yaml, line 3: time_zone" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["check", "nowhere"], 1, "the bot knows atoz"),
        (["check", "atoz", "--html", "nowhere.html"], 2, "nowhere.html cannot be read"),
        (["check", "atoz", "--base-url", "portal"], 2, "http://"),
        (["check"], 2, "Missing argument"),
    ],
)
def test_a_wrong_call_is_one_line_and_no_stack_trace(arguments: list[str], code: int, words: str) -> None:
    result = run.invoke(app, arguments)
    assert result.exit_code == code
    assert words in result.output
    assert "Traceback" not in result.output


def test_without_credentials_it_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    # empty counts as not set, and stands in front of what a .env file may hold
    monkeypatch.setattr("bot.portal.check.cli._setting", lambda _name: None)
    result = run.invoke(app, ["check", "atoz"])
    assert result.exit_code == 1
    assert "ATOZ_USERNAME and ATOZ_PASSWORD are not set" in result.output
