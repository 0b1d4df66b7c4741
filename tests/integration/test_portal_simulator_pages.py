"""The definition of the portal, held against pages that a running portal serves, and against its own truth."""

from pathlib import Path

import httpx
import pytest

from bot.portal.definition.model import PortalDefinition, RefusalCode, load
from bot.portal.errors import LayoutChanged, PortalError, RetryLater, SignInAgain
from bot.portal.models import Board, BoardPage, Ownership
from bot.portal.parsing.parse import (
    PageKind,
    expect,
    is_signed_in,
    join_pages,
    parse_board,
    parse_job_page,
    parse_messages,
    sign_in_refusal,
    with_page,
)
from common.states import PortalAction
from tests.support.fixtures_simulator import Member
from tests.support.simulator_client import FaultKind
from tests.support.simulator_visitor import Visitor


@pytest.fixture
def atoz(member: Member) -> PortalDefinition:
    return load("simulator").at(member.simulator.base_url)


def asked(visitor: Visitor, path: str) -> httpx.Response:
    return visitor.http.get(path)


def board_page(member: Member, atoz: PortalDefinition, path: str) -> BoardPage:
    answer = asked(member.visitor, path)
    url = str(answer.url)
    expect(answer.text, status=answer.status_code, url=url, definition=atoz, expected=PageKind.BOARD)
    return parse_board(answer.text, definition=atoz, page_url=url)


def whole_board(member: Member, atoz: PortalDefinition, query: str = "") -> Board:
    first = board_page(member, atoz, f"/?{query}&page=1")
    rest = [board_page(member, atoz, f"/?{query}&page={number}") for number in first.pages[1:]]
    return join_pages([first, *rest], definition=atoz)


def test_every_row_of_a_long_board_reads_as_the_portal_shows_it(signed_in: Member, atoz: PortalDefinition) -> None:
    """The own past of an account, and each kind of row that can be posted."""
    signed_in.simulator.add_account(
        email="past@example.com", password=signed_in.password, name="Pat Past", population=160
    )
    with Visitor(signed_in.simulator.base_url) as visitor:
        assert visitor.sign_in("past@example.com", signed_in.password).status_code == 302
        past = Member(signed_in.simulator, "past@example.com", signed_in.password, "Pat Past", visitor)
        stray = past.post_job(stray_character=True, quote_only=False)
        untimed = past.post_job(appointment_time="", quote_only=False)
        quote = past.post_job(quote_only=True)
        shown = {row.number: row for row in visitor.all_rows()}
        board = whole_board(past, atoz)
        assert board.pages >= 14
        assert board.user_name == "Pat Past"
        read = {row.job.job_number: row for row in board.rows}
        assert set(read) == set(shown)
        assert len({row.job.portal_status for row in board.rows}) >= 4
        for number, row in shown.items():
            job = read[number].job
            assert job.reference == row.cells["Ref"]
            assert job.portal_id == number
            assert f"{job.submitted_on:%d/%m/%Y}" == row.cells["Submitted"]
            assert f"{job.appointment_date:%d/%m/%Y}" == row.cells["Appt. Date"]
            at = job.appointment_time
            assert (f"{at:%H:%M}" if at else "") == row.cells["Appt. Time"]
            minutes = job.duration_minutes
            assert minutes is not None
            assert f"{minutes // 60} hours {minutes % 60} minutes" == row.cells["Duration"]
            assert job.language == row.cells["Language"]
            assert job.portal_status == row.cells["Status"]
            can_be_accepted = job.portal_status == "matched" and "Accept" in row.forms
            assert (job.action is PortalAction.ACCEPT) is can_be_accepted
            assert (read[number].accept is not None) is can_be_accepted
        assert read[stray].job.reference != f"{stray}/atoz"
        assert read[untimed].job.appointment_time is None
        assert read[untimed].job.starts_at is None
        assert read[quote].job.action is PortalAction.QUOTE


def test_the_filters_list_what_is_free_and_what_is_ours(signed_in: Member, atoz: PortalDefinition) -> None:
    taken = signed_in.post_job(quote_only=False)
    signed_in.visitor.accept(taken)
    free = signed_in.post_job(quote_only=False)
    query = "&".join(f"{name}={value}" for name, value in atoz.board.query.items())
    assert [row.job.job_number for row in whole_board(signed_in, atoz, query).rows] == [free]
    query = "&".join(f"{name}={value}" for name, value in atoz.board.assigned_query.items())
    assert [row.job.job_number for row in whole_board(signed_in, atoz, query).rows] == [taken]


def test_a_badge_that_counts_what_the_filter_leaves_out_is_told_and_can_be_described(
    signed_in: Member, atoz: PortalDefinition, tmp_path: Path
) -> None:
    taken, free = signed_in.post_job(quote_only=False), signed_in.post_job(quote_only=False)
    signed_in.visitor.accept(taken)
    signed_in.simulator.set(badge_counts="everything")
    with pytest.raises(LayoutChanged, match="own count of jobs is 2, and the board has 1"):
        board_page(signed_in, atoz, "/?status=0")
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: simulator\nname: mine\nboard: {total: {counts: everything}}\n", encoding="utf-8")
    other = load(mine).at(atoz.base_url)
    assert [row.job.job_number for row in whole_board(signed_in, other, "status=0").rows] == [free]


def test_an_empty_board_is_empty(signed_in: Member, atoz: PortalDefinition) -> None:
    page = board_page(signed_in, atoz, "/?status=0")
    assert (page.rows, page.pages, page.user_name) == ((), (1,), signed_in.name)


def test_a_page_beyond_the_last_is_no_page_of_another_number(signed_in: Member, atoz: PortalDefinition) -> None:
    for _ in range(11):
        signed_in.post_job()
    assert board_page(signed_in, atoz, "/?page=2").pages == (1, 2)
    assert board_page(signed_in, atoz, "/?page=5").rows == ()


def test_more_columns_change_nothing(signed_in: Member, atoz: PortalDefinition) -> None:
    signed_in.post_job()
    before = board_page(signed_in, atoz, "/").rows[0].job
    signed_in.simulator.set(more_columns=True)
    assert board_page(signed_in, atoz, "/").rows[0].job == before


@pytest.mark.parametrize("kind", ["Face to Face", "BSL", "Telephone Interpreting", "Video Interpreting"])
def test_a_jobs_page_tells_the_rest(signed_in: Member, atoz: PortalDefinition, kind: str) -> None:
    number = signed_in.post_job(kind=kind, quote_only=False)
    row = board_page(signed_in, atoz, "/").rows[0]
    answer = asked(signed_in.visitor, f"/interpreter-jobs/{number}")
    page = parse_job_page(answer.text, definition=atoz, page_url=str(answer.url))
    assert page.ownership is Ownership.FREE
    job = with_page(row.job, page)
    assert job.kind == kind
    assert (job.job_number, job.action) == (number, PortalAction.ACCEPT)
    assert job.starts_at == row.job.starts_at == page.job.starts_at
    assert job.duration_minutes == page.job.duration_minutes == row.job.duration_minutes
    details = signed_in.visitor.get(f"/interpreter-jobs/{number}").details()
    assert details["Interpreter details:"] == [job.kind, job.qualification, job.security_check, job.gender]
    assert details["Company name:"] == [job.company_name]
    assert details["Client name:"] == [job.client_name]
    assert details["Client reference:"] == ([job.client_reference] if job.client_reference else [])
    if kind == "Face to Face":
        assert job.address is not None
        assert job.postcode == job.address.splitlines()[-1]
    # service users' details are not carried, wherever they stand
    service_user = details["Service user details:"]
    assert service_user
    assert not any(line in str(job) for line in service_user)


def test_whose_a_job_is_stands_on_its_page(signed_in: Member, atoz: PortalDefinition) -> None:
    def ownership(number: str) -> Ownership:
        answer = asked(signed_in.visitor, f"/interpreter-jobs/{number}")
        return parse_job_page(answer.text, definition=atoz, page_url=str(answer.url)).ownership

    number = signed_in.post_job(quote_only=False)
    assert ownership(number) is Ownership.FREE
    signed_in.visitor.accept(number)
    assert signed_in.simulator.truth(number).holder == signed_in.us
    assert ownership(number) is Ownership.OURS
    other = signed_in.post_job(quote_only=False)
    signed_in.visitor.send(signed_in.visitor.get("/").row(other).forms["Reject"])
    assert ownership(other) is Ownership.NOT_OURS
    for withdraw in (signed_in.simulator.cancel, signed_in.simulator.remove):
        withdraw(other)
        gone = asked(signed_in.visitor, f"/interpreter-jobs/{other}")
        expect(gone.text, status=gone.status_code, url=str(gone.url), definition=atoz, expected=PageKind.GONE)


def test_the_accept_form_takes_the_job_and_its_message_is_read(signed_in: Member, atoz: PortalDefinition) -> None:
    number = signed_in.post_job(quote_only=False)
    row = board_page(signed_in, atoz, "/?status=0").rows[0]
    assert row.accept is not None
    assert (row.accept.method, dict(row.accept.fields)["_method"]) == ("post", "PUT")
    answer = signed_in.visitor.http.post(row.accept.action, data=dict(row.accept.fields))
    assert answer.status_code == 302
    assert signed_in.simulator.truth(number).holder == signed_in.us
    messages = parse_messages(asked(signed_in.visitor, "/").text, definition=atoz)
    assert messages == atoz.accept.accepted_texts


def test_the_digest_of_a_row_stays_while_the_job_stays(signed_in: Member, atoz: PortalDefinition) -> None:
    number = signed_in.post_job(quote_only=False)
    first = board_page(signed_in, atoz, "/").rows[0]
    with Visitor(signed_in.simulator.base_url) as other_session:
        other_session.sign_in(signed_in.email, signed_in.password)
        again = parse_board(asked(other_session, "/").text, definition=atoz, page_url=f"{atoz.base_url}/").rows[0]
    assert first.accept is not None
    assert again.accept is not None
    assert first.accept.fields != again.accept.fields
    assert again.digest == first.digest
    signed_in.simulator.cancel(number)
    assert board_page(signed_in, atoz, "/").rows[0].digest != first.digest


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("maintenance", RetryLater),
        ("server_error", RetryLater),
        ("too_many_requests", RetryLater),
        ("ok_error_page", LayoutChanged),
        ("sign_in_page_200", SignInAgain),
        ("half_page", LayoutChanged),
        ("empty_body", LayoutChanged),
        ("wrong_total", LayoutChanged),
        ("missing_table", LayoutChanged),
        ("renamed_headings", LayoutChanged),
    ],
)
@pytest.mark.parametrize("jobs", [0, 3])
def test_what_is_no_whole_board_is_never_read(
    signed_in: Member, atoz: PortalDefinition, fault: FaultKind, error: type[PortalError], jobs: int
) -> None:
    for _ in range(jobs):
        signed_in.post_job()
    assert len(board_page(signed_in, atoz, "/?status=0").rows) == jobs
    signed_in.simulator.fault(fault, count=1)
    with pytest.raises(error):
        board_page(signed_in, atoz, "/?status=0")
    assert len(board_page(signed_in, atoz, "/?status=0").rows) == jobs


@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9, 0.99, 0.999])
def test_half_pages_of_every_length(signed_in: Member, atoz: PortalDefinition, part: float) -> None:
    number = signed_in.post_job()
    for path, kind in (("/", PageKind.BOARD), (f"/interpreter-jobs/{number}", PageKind.JOB)):
        signed_in.simulator.fault("half_page", count=1, part=part)
        answer = asked(signed_in.visitor, path)
        url = str(answer.url)
        parse = parse_board if kind is PageKind.BOARD else parse_job_page
        with pytest.raises(LayoutChanged):
            parse(answer.text, definition=atoz, page_url=url)


def test_a_terms_overlay_is_seen_and_the_page_under_it_read(signed_in: Member, atoz: PortalDefinition) -> None:
    signed_in.post_job()
    assert not board_page(signed_in, atoz, "/").terms_shown
    signed_in.simulator.fault("terms_overlay")
    covered = board_page(signed_in, atoz, "/")
    assert covered.terms_shown
    assert len(covered.rows) == 1


def test_a_session_that_ended_is_seen(signed_in: Member, atoz: PortalDefinition) -> None:
    signed_in.simulator.fault("expire_sessions", count=1)
    answer = asked(signed_in.visitor, "/")
    assert answer.status_code == 302
    with pytest.raises(SignInAgain):
        expect(
            answer.text,
            status=answer.status_code,
            url=str(answer.url),
            definition=atoz,
            expected=PageKind.BOARD,
            location=answer.headers["location"],
        )


def refusal(member: Member, atoz: PortalDefinition, password: str) -> tuple[RefusalCode | None, bool]:
    """What the page says to which a try to sign in leads, and whether it signed us in."""
    answer = member.visitor.sign_in(member.email, password)
    page = member.visitor.http.get(answer.headers["location"], follow_redirects=True)
    found = sign_in_refusal(page.text, page_url=str(page.url), definition=atoz)
    return found[0] if found else None, is_signed_in(page.text, definition=atoz)


def test_signing_in_and_every_way_in_which_it_is_refused(member: Member, atoz: PortalDefinition) -> None:
    assert refusal(member, atoz, "not the password") == (RefusalCode.WRONG_CREDENTIALS, False)
    assert refusal(member, atoz, member.password) == (None, True)
    with Visitor(member.simulator.base_url) as visitor:
        other = Member(member.simulator, member.email, member.password, member.name, visitor)
        member.simulator.set_account_state(member.email, "unapproved")
        assert refusal(other, atoz, member.password)[0] is RefusalCode.ACCOUNT_UNAPPROVED
    with Visitor(member.simulator.base_url) as visitor:
        other = Member(member.simulator, member.email, member.password, member.name, visitor)
        member.simulator.set_account_state(member.email, "disabled")
        assert refusal(other, atoz, member.password) == (RefusalCode.ACCOUNT_DISABLED, False)


def test_a_lockout_says_how_long_it_lasts(member: Member, atoz: PortalDefinition) -> None:
    member.simulator.set(lockout_tries=2, lockout_seconds=30)
    for _ in range(2):
        refusal(member, atoz, "not the password")
    member.visitor.sign_in(member.email, "not the password")
    page = member.visitor.http.get("/login")
    found = sign_in_refusal(page.text, page_url=str(page.url), definition=atoz)
    assert found is not None
    assert found[0] is RefusalCode.LOCKED_OUT
    assert found[2] is not None
    assert 20 <= found[2].total_seconds() <= 30
