"""Answers as a whole, boards of several pages, a job's row and page together, values and forms."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from bot.domain.job import Job
from bot.engine.unreadable_pages import UnreadablePageStore
from bot.portal.definition.model import load
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain
from bot.portal.models import BoardPage, BoardRow, JobPage, Ownership
from bot.portal.parsing.accept_response import read_answer
from bot.portal.parsing.html import button_of, form_as_sent, lines_of, match_address
from bot.portal.parsing.parse import (
    PageKind,
    classify,
    expect,
    join_pages,
    missing_pages,
    parse_board,
    parse_messages,
    with_page,
)
from bot.portal.parsing.values import read_date, read_duration, read_moment, read_time
from common.states import PortalAction

PAGES = Path(__file__).parents[1] / "pages"
ATOZ = load("atoz")
BASE = "https://portal.atozinterpreting.com"
LONDON = ATOZ.zone


def page(name: str) -> str:
    return (PAGES / name / "page.html").read_text(encoding="utf-8")


# --- answers as a whole -----------------------------------------------------------------------------------------------

BOARD = page("board-every-kind-of-row")
JOB = page("job-by-telephone")
SIGN_IN = page("sign-in-form")
ERROR = page("broken-ok-error-page")


def bare_page(code: int, sentence: str) -> str:
    """The framework's own error page: no header, no user's name, no messages; a code and one sentence."""
    return (
        f"<!doctype html><html><head><title>{sentence}</title></head><body>"
        f'<div class="code">{code}</div><div class="message">{sentence}</div></body></html>'
    )


GONE = bare_page(403, "This assignment is no longer\n available!")
WITHDRAWN = bare_page(403, "This action is unauthorized.")
NOT_FOUND = bare_page(404, "Sorry, the page you are looking for could not be found.")
EXPIRED = bare_page(419, "Sorry, your session has expired. Please refresh and try again.")
FAILED = bare_page(500, "Whoops, something went wrong on our servers.")
MAINTENANCE = bare_page(503, "Sorry, we are doing some maintenance. Please check back soon.")
BE_RIGHT_BACK = bare_page(503, "Be right back.")

ANSWERS: list[tuple[str, int, str, str | None, PageKind]] = [
    (BOARD, 200, "/", None, PageKind.BOARD),
    (BOARD, 200, "/?status=0&page=2", None, PageKind.BOARD),
    (BOARD, 200, "/interpreter-jobs", None, PageKind.BOARD),
    (JOB, 200, "/interpreter-jobs/10432", None, PageKind.JOB),
    (SIGN_IN, 200, "/login", None, PageKind.SIGN_IN),
    (SIGN_IN, 200, "/", None, PageKind.SIGN_IN),
    ("", 302, "/", f"{BASE}/login", PageKind.SIGN_IN),
    ("", 302, "/", "/login", PageKind.SIGN_IN),
    ("", 302, "/", f"{BASE}/profile", PageKind.OTHER),
    ("", 302, "/", "https://elsewhere.example.com/login", PageKind.OTHER),
    ("", 401, "/", None, PageKind.SIGN_IN),
    ("", 419, "/interpreter-jobs/1/matched", None, PageKind.STALE_FORM),
    ("", 429, "/", None, PageKind.TOO_MANY_REQUESTS),
    ("", 500, "/", None, PageKind.UNAVAILABLE),
    ("", 503, "/", None, PageKind.UNAVAILABLE),
    (page("broken-maintenance-with-200"), 200, "/", None, PageKind.UNAVAILABLE),
    (GONE, 403, "/interpreter-jobs/10432", None, PageKind.GONE),
    (WITHDRAWN, 403, "/interpreter-jobs/10432", None, PageKind.GONE),
    (GONE, 403, "/interpreter-jobs/10432/matched", None, PageKind.GONE),
    (WITHDRAWN, 403, "/interpreter-jobs/10432/matched", None, PageKind.GONE),
    # the framework says so of any address that it does not know
    (NOT_FOUND, 404, "/interpreter-jobs/10432", None, PageKind.REFUSED),
    (EXPIRED, 419, "/interpreter-jobs/10432/matched", None, PageKind.STALE_FORM),
    (FAILED, 500, "/", None, PageKind.UNAVAILABLE),
    (MAINTENANCE, 503, "/", None, PageKind.UNAVAILABLE),
    (BE_RIGHT_BACK, 503, "/", None, PageKind.UNAVAILABLE),
    # an account that is not let in is sent there from every board: signing in anew finds out why
    ("", 302, "/", f"{BASE}/agent/profile/create", PageKind.SIGN_IN),
    ("", 302, "/", f"{BASE}/email/verify", PageKind.SIGN_IN),
    (GONE, 410, "/interpreter-jobs/10432", None, PageKind.GONE),
    ("<p>this  ASSIGNMENT is no longer available!</p>", 404, "/interpreter-jobs/10432", None, PageKind.GONE),
    # the same statuses from somebody in front of the portal, or of its own for something else
    ("<title>Access denied</title><h1>Error 1020</h1>", 403, "/interpreter-jobs/10432", None, PageKind.REFUSED),
    ("<html><center><h1>404 Not Found</h1></center><hr>nginx</html>", 404, "/", None, PageKind.REFUSED),
    ("", 403, "/interpreter-jobs/10432", None, PageKind.REFUSED),
    ("\ud800", 404, "/interpreter-jobs/10432", None, PageKind.REFUSED),
    (BOARD, 403, "/", None, PageKind.REFUSED),
    ("", 418, "/", None, PageKind.OTHER),
    (ERROR, 200, "/", None, PageKind.OTHER),
    ("", 200, "/", None, PageKind.OTHER),
    (BOARD, 200, "/profile", None, PageKind.OTHER),
]


@pytest.mark.parametrize(("html", "status", "path", "location", "kind"), ANSWERS)
def test_what_an_answer_is(html: str, status: int, path: str, location: str | None, kind: PageKind) -> None:
    found = classify(html, status=status, url=BASE + path, definition=ATOZ, location=location)
    assert found is kind


@pytest.mark.parametrize(("html", "status", "path", "location", "kind"), ANSWERS)
def test_what_to_do_about_an_answer(html: str, status: int, path: str, location: str | None, kind: PageKind) -> None:
    def ask(expected: PageKind) -> None:
        wait = timedelta(seconds=7)
        url = BASE + path
        expect(html, status=status, url=url, definition=ATOZ, expected=expected, location=location, retry_after=wait)

    ask(kind)
    other = PageKind.BOARD if kind is not PageKind.BOARD else PageKind.JOB
    with pytest.raises(PortalError) as raised:
        ask(other)
    error = raised.value
    match kind:
        case PageKind.SIGN_IN | PageKind.STALE_FORM:
            assert isinstance(error, SignInAgain)
        case PageKind.UNAVAILABLE | PageKind.TOO_MANY_REQUESTS | PageKind.REFUSED:
            assert isinstance(error, RetryLater)
            assert error.retry_after == timedelta(seconds=7)
        case _:
            assert isinstance(error, LayoutChanged)
            assert error.html == html


@pytest.mark.parametrize(
    ("html", "said"),
    [(GONE, "This assignment is no longer available!"), (WITHDRAWN, "This action is unauthorized.")],
)
def test_an_accept_answered_with_403_says_so_in_the_portals_words(html: str, said: str) -> None:
    url = f"{BASE}/interpreter-jobs/10432/matched"
    answer = read_answer(html, status=403, url=url, location=None, retry_after=None, definition=ATOZ)
    assert (answer.http_status, answer.messages) == (403, (said,))


@pytest.mark.parametrize(
    ("badge", "total"),
    [("10", 10), ("Total Jobs: 10", 10), (" 10 jobs in all ", 10), ("ten", None), ("", None)],
)
def test_the_only_number_in_the_badge_is_the_total(badge: str, total: int | None) -> None:
    html = BOARD.replace('<span class="badge">10</span>', f'<span class="badge">{badge}</span>')
    assert html != BOARD or badge == "10"
    if total is None:
        with pytest.raises(LayoutChanged, match="the total reads"):
            parse_board(html, definition=ATOZ, page_url=f"{BASE}/?status=0")
    else:
        assert parse_board(html, definition=ATOZ, page_url=f"{BASE}/?status=0").badge_total == total


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("html", ["", "<html><h1>404 Not Found</h1>nginx</html>"])
def test_where_the_words_of_a_gone_page_are_not_known_its_status_is_enough(html: str, status: int) -> None:
    for name in ("cards", "script", "tickets"):
        portal = load(name)
        url = portal.job_address("10432")
        assert classify(html, status=status, url=url, definition=portal) is (
            PageKind.GONE if status in portal.gone.statuses else PageKind.OTHER
        )


def test_messages_are_read_wherever_they_stand() -> None:
    assert parse_messages(page("board-with-an-error-message"), definition=ATOZ) == ("You cannot accept this job",)
    assert parse_messages("<p>Job accepted</p>", definition=ATOZ) == ()


def test_the_digest_changes_with_the_row_and_not_with_the_token() -> None:
    def digests(html: str) -> list[str]:
        return [row.digest for row in parse_board(html, definition=ATOZ, page_url=BASE + "/").rows]

    right = digests(BOARD)
    assert digests(BOARD.replace("TOKEN-OF-THIS-PAGE", "another")) == right
    changed = digests(BOARD.replace("2 hours 0 minutes", "2 hours 15 minutes"))
    assert [one == other for one, other in zip(right, changed, strict=True)].count(False) == 1
    assert len(set(right)) == len(right)


# --- several pages ----------------------------------------------------------------------------------------------------


def a_page(number: int, last: int, *jobs: str, total: int | None = None, user: str = "Anna") -> BoardPage:
    rows = tuple(
        BoardRow(
            job=Job(job_number=job, reference=f"{job}/atoz", portal_id=job, portal_status="matched"),
            accept=None,
            digest=f"{number}-{job}",
        )
        for job in jobs
    )
    return BoardPage(
        rows=rows, pages=tuple(range(1, last + 1)), number=number, badge_total=total, user_name=user, messages=()
    )


def numbers(pages: list[BoardPage]) -> list[str]:
    return [row.job.job_number for row in join_pages(pages, definition=ATOZ).rows]


def test_pages_are_one_board_in_their_order_and_a_job_stands_in_it_once() -> None:
    # job 3 moved to the second page between two requests
    pages = [a_page(2, 2, "3", "4"), a_page(1, 2, "1", "2", "3")]
    assert numbers(pages) == ["1", "2", "3", "4"]
    assert join_pages(pages, definition=ATOZ).pages == 2


def test_a_page_that_was_told_of_must_be_read() -> None:
    pages = [a_page(1, 3, "1"), a_page(3, 3, "2")]
    assert missing_pages(pages) == (2,)
    with pytest.raises(LayoutChanged, match="page 2"):
        join_pages(pages, definition=ATOZ)
    with pytest.raises(LayoutChanged):
        join_pages([], definition=ATOZ)


def test_pages_of_two_users_are_no_board() -> None:
    with pytest.raises(LayoutChanged, match="users"):
        join_pages([a_page(1, 2, "1"), a_page(2, 2, "2", user="Ben")], definition=ATOZ)


@pytest.mark.parametrize(
    ("counts", "totals", "fits"),
    [
        ("board", (3, 3), True),
        ("board", (4, 4), False),
        ("board", (2, 2), False),
        ("board", (None, None), True),
        # the board changed between the two requests: nothing can be compared
        ("board", (4, 5), True),
        ("everything", (40, 40), True),
        ("everything", (2, 2), False),
    ],
)
def test_the_total_over_all_pages(counts: str, totals: tuple[int | None, int | None], fits: bool) -> None:
    assert ATOZ.board.total is not None
    total = ATOZ.board.total.model_copy(update={"counts": counts})
    definition = ATOZ.model_copy(update={"board": ATOZ.board.model_copy(update={"total": total})})
    pages = [a_page(1, 2, "1", "2", total=totals[0]), a_page(2, 2, "3", total=totals[1])]
    if fits:
        assert len(join_pages(pages, definition=definition).rows) == 3
    else:
        with pytest.raises(LayoutChanged, match="count"):
            join_pages(pages, definition=definition)


def test_pages_that_do_not_fit_together_are_kept_for_the_owner(tmp_path: Path) -> None:
    pages = [
        parse_board(page(name), definition=ATOZ, page_url=f"{BASE}/?page={number}")
        for number, name in ((2, "board-last-of-two-pages"), (1, "board-first-of-two-pages"))
    ]
    numbers = [row.job.job_number for one in pages for row in one.rows]
    assert join_pages(pages, definition=ATOZ).rows
    wrong = [replace(one, badge_total=len(numbers) + 1) for one in pages]
    with pytest.raises(LayoutChanged, match="count") as misfit:
        join_pages(wrong, definition=ATOZ)
    assert (misfit.value.html, misfit.value.url) == (page("board-last-of-two-pages"), f"{BASE}/?page=2")
    kept = UnreadablePageStore(tmp_path).keep(misfit.value)
    assert kept is not None
    assert page("board-last-of-two-pages") in kept.read_text(encoding="utf-8")
    with pytest.raises(LayoutChanged, match="users") as mixed:
        join_pages([pages[0], replace(pages[1], user_name="Ben")], definition=ATOZ)
    assert mixed.value.html


def test_a_page_of_data_that_does_not_fit_is_kept_as_well() -> None:
    script = load("script").without_browser()
    text = (PAGES / "script-data" / "page.json").read_text(encoding="utf-8")
    read = parse_board(text, definition=script, page_url=script.url(script.board.path))
    assert (read.html, read.url) == (text, script.url(script.board.path))


# --- row and page together --------------------------------------------------------------------------------------------

ROW_JOB = Job(
    job_number="10432",
    reference="10432/atoz1",
    portal_id="10432",
    submitted_on=date(2026, 11, 20),
    appointment_date=date(2026, 11, 25),
    appointment_time=time(9, 30),
    starts_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
    duration_minutes=90,
    language="Polish",
    portal_status="matched",
    action=PortalAction.ACCEPT,
)


def its_page(**changes: Any) -> JobPage:
    job = ROW_JOB.changed(submitted_on=None, reference="10432/atoz", action=PortalAction.NONE, kind="BSL")
    return JobPage(job=job.changed(**changes), ownership=Ownership.FREE, user_name="Anna")


def test_the_page_adds_what_the_row_does_not_show() -> None:
    together = with_page(ROW_JOB, its_page(company_name="Police"))
    assert together == ROW_JOB.changed(kind="BSL", company_name="Police")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # the page was read later: it counts
        ({"portal_status": "cancelled"}, {"portal_status": "cancelled"}),
        ({"duration_minutes": 60}, {"duration_minutes": 60}),
        ({"language": None}, {}),
        # an appointment is taken as a whole
        (
            {"appointment_time": time(10, 0), "starts_at": datetime(2026, 11, 25, 10, 0, tzinfo=UTC)},
            {"appointment_time": time(10, 0), "starts_at": datetime(2026, 11, 25, 10, 0, tzinfo=UTC)},
        ),
        ({"appointment_date": None, "appointment_time": None, "starts_at": None}, {}),
        ({"appointment_time": None, "starts_at": None}, {}),
        # another day without a time: the row's time is that of another day
        (
            {"appointment_date": date(2026, 11, 26), "appointment_time": None, "starts_at": None},
            {"appointment_date": date(2026, 11, 26), "appointment_time": None, "starts_at": None},
        ),
    ],
)
def test_the_page_was_read_later(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    assert with_page(ROW_JOB, its_page(**changes)) == ROW_JOB.changed(kind="BSL", **expected)


@pytest.mark.parametrize("changes", [{"job_number": "10433"}, {"portal_id": "10433"}])
def test_the_page_of_another_job_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(LayoutChanged, match="10432") as refused:
        with_page(ROW_JOB, replace(its_page(**changes), html="<html>as it came</html>"))
    assert refused.value.html == "<html>as it came</html>"


# --- values -----------------------------------------------------------------------------------------------------------

DATES = ATOZ.formats.dates
TIMES = ATOZ.formats.times
MOMENTS = ATOZ.formats.moments
DURATIONS = ATOZ.formats.durations

#: each way to write the same moment: 09:30 in London, in winter and in summer
OTHER_MOMENTS = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M", "%d %b %Y, %I:%M %p", "unix", "unix_ms")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25/11/2026", date(2026, 11, 25)),
        ("5/1/2026", date(2026, 1, 5)),
        ("31/11/2026", None),
        ("11/25/2026", None),
        ("25/11/26", None),
        ("25/11/0026", None),
        ("25/11/9999", None),
        ("25/11/2026 09:30", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert read_date(text, DATES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:30", time(9, 30)),
        ("9:05", time(9, 5)),
        ("23:59", time(23, 59)),
        ("24:00", None),
        ("9.30", None),
        ("", None),
    ],
)
def test_times(text: str, expected: time | None) -> None:
    assert read_time(text, TIMES) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25/11/2026 09:30", (date(2026, 11, 25), time(9, 30))),
        ("25/11/2026 at 09:30", (date(2026, 11, 25), time(9, 30))),
        ("25/11/2026", (date(2026, 11, 25), None)),
        ("25/11/9999 09:30", (None, None)),
        ("soon", (None, None)),
    ],
)
def test_moments(text: str, expected: tuple[date | None, time | None]) -> None:
    assert read_moment(text, MOMENTS, DATES, LONDON) == expected


@pytest.mark.parametrize(
    ("text", "formats", "expected"),
    [
        ("2026-11-25T09:30:00+00:00", OTHER_MOMENTS, (date(2026, 11, 25), time(9, 30))),
        ("2026-11-25T09:30:00Z", OTHER_MOMENTS, (date(2026, 11, 25), time(9, 30))),
        # in summer London is an hour ahead of UTC; midnight in Warsaw is 23:00 of the day before
        ("2026-07-01T08:30:00Z", OTHER_MOMENTS, (date(2026, 7, 1), time(9, 30))),
        ("2026-07-01T00:00:00+02:00", OTHER_MOMENTS, (date(2026, 6, 30), time(23, 0))),
        ("2026-07-01T09:30", OTHER_MOMENTS, (date(2026, 7, 1), time(9, 30))),
        ("25 Nov 2026, 02:30 pm", OTHER_MOMENTS, (date(2026, 11, 25), time(14, 30))),
        # 1795599000 s after 1970 is 2026-11-25 09:30 UTC
        ("1795599000", ("unix",), (date(2026, 11, 25), time(9, 30))),
        ("1795599000000", ("unix_ms",), (date(2026, 11, 25), time(9, 30))),
        ("99999999999999999999", OTHER_MOMENTS, (None, None)),
    ],
)
def test_moments_in_other_formats(
    text: str, formats: tuple[str, ...], expected: tuple[date | None, time | None]
) -> None:
    assert read_moment(text, formats, (), LONDON) == expected


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1 hours 30 minutes", 90),
        ("1 hour 1 minute", 61),
        ("2 hours", 120),
        ("45 minutes", 45),
        ("0 hours 45 minutes", 45),
        ("0 hours 0 minutes", 0),
        ("", None),
        ("9" * 5000 + " hours", None),
        ("745 hours", None),
        ("744 hours", 44640),
        ("1.5 hours", None),
        ("1 hours 30 minutes or so", None),
    ],
)
def test_durations(text: str, minutes: int | None) -> None:
    assert read_duration(text, DURATIONS) == minutes


@given(st.text(max_size=20))
def test_no_text_breaks_a_value(text: str) -> None:
    for value in (
        read_date(text, DATES),
        read_time(text, TIMES),
        read_duration(text, DURATIONS),
        *read_moment(text, MOMENTS, DATES, LONDON),
    ):
        assert value is None or isinstance(value, date | time | int)


# --- forms, lines, addresses ------------------------------------------------------------------------------------------


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    html = """
    <form action="/take?x=1#part" method="POST">
      <input name="plain" value="a"><input name="empty"><input value="nameless"><input name="off" value="x" disabled>
      <input type="hidden" name="_token" value="not-to-be-shown"><input type="checkbox" name="no" value="1">
      <input type="checkbox" name="yes" checked><input type="radio" name="r" value="1"><input type="radio" name="r"
      value="2" checked><input type="file" name="file"><input type="submit" name="other" value="Other">
      <select name="s"><option value="1">One<option selected>Two</select>
      <select name="first"><option value="f">F<option value="g">G</select>
      <select name="several" multiple><option value="a" selected>A<option value="b" selected>B<option>C</select>
      <textarea name="text">some
text</textarea>
      <button type="button" name="b" value="0">Accept</button><button name="go" value="yes"> Accept </button>
    </form>"""
    form = LexborHTMLParser(html).css_first("form")
    assert form is not None
    button = button_of(form, "accept")
    assert button is not None
    sent = form_as_sent(form, button, page_url=BASE + "/page", base_url=BASE)
    assert (sent.action, sent.method) == (BASE + "/take?x=1", "post")
    assert sent.fields == (
        ("plain", "a"),
        ("empty", ""),
        ("_token", "not-to-be-shown"),
        ("yes", "on"),
        ("r", "2"),
        ("s", "Two"),
        ("first", "f"),
        ("several", "a"),
        ("several", "b"),
        ("text", "some\ntext"),
        ("go", "yes"),
    )
    # the token of a form stands in no log
    assert "not-to-be-shown" not in repr(sent)


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("one<br>two<br/>\n   three", ["one", "two", "three"]),
        ("one <b>and</b> a half<br>two", ["one and a half", "two"]),
        ("<p>one</p><p>two</p>", ["one", "two"]),
        ("<ul><li>one<li>two</ul>", ["one", "two"]),
        ("one\n two", ["one two"]),
        ("  <br> ", []),
    ],
)
def test_lines_are_those_that_are_seen(html: str, lines: list[str]) -> None:
    node = LexborHTMLParser(f"<td>{html}</td><div>{html}</div>").css_first("div")
    assert node is not None
    assert lines_of(node) == lines


def matched(template: str, address: str, *, base: str = BASE, below: bool = False) -> dict[str, str] | None:
    found = match_address(template, address, page_url=BASE + "/list/all", base_url=base, below=below)
    return None if found is None else dict(found)


@pytest.mark.parametrize(
    ("template", "address", "expected"),
    [
        ("/jobs", "/jobs", {}),
        ("/jobs", "/jobs/", {}),
        ("/jobs", "/jobs?page=2#top", {}),
        ("/jobs", "../jobs", {}),
        ("/jobs", " /jobs ", {}),
        ("/jobs", "/jobs/7", None),
        ("/jobs", BASE + "/jobs", {}),
        ("/jobs", "http://portal.atozinterpreting.com/jobs", {}),
        ("/jobs", "https://elsewhere.example.com/jobs", None),
        ("/jobs", "javascript:void(0)", None),
        ("/jobs", "https://[", None),
        ("/", BASE, {}),
        ("/jobs/{portal_id}", "/jobs/10432", {"portal_id": "10432"}),
        ("/jobs/{portal_id}", "/jobs/", None),
        ("/jobs/{portal_id}", "/jobs/1/2", None),
        ("/jobs/{portal_id}/take", "/jobs/10432/take", {"portal_id": "10432"}),
        ("/jobs/{portal_id}/take", "/jobs/10432/take/back", None),
        ("/jobs.{portal_id}", "/jobsx10432", None),
        # the id in the query
        ("/job.php?id={portal_id}", "/job.php?id=10432", {"portal_id": "10432"}),
        ("/job.php?id={portal_id}", "/job.php?x=1&id=10432", {"portal_id": "10432"}),
        ("/job.php?id={portal_id}", "/job.php", None),
        ("/job.php?do=take&id={portal_id}", "/job.php?id=10432&do=take", {"portal_id": "10432"}),
        ("/job.php?do=take&id={portal_id}", "/job.php?id=10432&do=show", None),
    ],
)
def test_addresses_and_what_stands_in_them(template: str, address: str, expected: dict[str, str] | None) -> None:
    assert matched(template, address) == expected


@pytest.mark.parametrize(
    ("address", "fits"), [("/portal/jobs", True), ("/jobs", False), ("/portal-2/jobs", False), ("/portal", False)]
)
def test_a_portal_in_a_folder_of_its_host(address: str, fits: bool) -> None:
    assert (matched("/jobs", address, base=BASE + "/portal") is not None) is fits


def test_addresses_below_a_path() -> None:
    assert matched("/jobs/{portal_id}", "/jobs/7/take/now", below=True) == {"portal_id": "7"}
    assert matched("/jobs/{portal_id}", "/jobs/7", below=True) == {"portal_id": "7"}
    assert matched("/jobs/{portal_id}", "/jobs", below=True) is None
