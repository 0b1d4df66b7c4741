"""The simulator's board of cards, as somebody with a browser without scripts meets it."""

import re
from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborNode

from tests.support.fixtures_simulator import Member, new_member
from tests.support.simulator_client import FaultKind, SimulatorProcess
from tests.support.simulator_forms import form_on, send, sign_in
from tests.support.simulator_visitor import Page

GOOD, BAD = "It is yours.", "Sorry, this job is not to be had any more."


@pytest.fixture(scope="module")
def cards() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="cards", population=0) as process:
        yield process


@pytest.fixture
def member(cards: SimulatorProcess) -> Iterator[Member]:
    with new_member(cards) as somebody:
        yield somebody


@pytest.fixture
def signed_in(member: Member) -> Member:
    answer = sign_in(member.visitor, "cards", member.email, member.password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return member


def card(page: Page, number: str) -> LexborNode:
    (found,) = page.html.css(f"article#job-{number}")
    return found


def said(node: LexborNode, selector: str) -> str | None:
    found = node.css_first(selector)
    return found.text(strip=True) if found is not None else None


def take(member: Member, number: str) -> Page:
    """Look at the board, follow the link, answer the question."""
    link = card(member.visitor.get("/board?view=open"), number).css_first("a.button--take")
    assert link is not None
    assert link.text() == "Take this job"
    question = member.visitor.get(link.attributes["href"] or "")
    form = form_on(question, "form.answer--take")
    return member.visitor.send((form.action, form.fields))


def test_the_sign_in_form_stands_at_every_address_with_status_200(member: Member) -> None:
    number = member.post_job()
    for path in ("/", "/board", "/board?view=open&p=2", f"/board/job/{number}", f"/board/job/{number}/take"):
        answer = member.visitor.http.get(path)
        assert (answer.status_code, "member_pass" in answer.text) == (200, True)
    assert "member_pass" in member.visitor.post(f"/board/job/{number}/take", {"step": "confirm"}).text
    form = form_on(member.visitor.get("/board"), "form#enter")
    assert (form.action, set(form.fields)) == ("/board", {"authenticity", "member_login", "member_pass"})
    assert member.simulator.truth(number).accepts == ()


def test_wrong_credentials_come_back_with_status_200_and_the_form(member: Member) -> None:
    answer = sign_in(member.visitor, "cards", member.email, "not the passphrase")
    assert answer.status_code == 200
    assert "We do not recognise that login and passphrase." in answer.text
    assert "member_pass" in answer.text
    assert member.visitor.get("/board").text(".whoami b") is None


def test_the_sign_in_leads_to_the_page_asked_for(member: Member) -> None:
    member.visitor.get("/board?view=yours")
    answer = send(
        member.visitor,
        form_on(member.visitor.get("/board?view=open"), "#enter").filled(
            member_login=member.email, member_pass=member.password
        ),
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?view=open")
    assert member.visitor.get("/board").text(".whoami b") == member.name


def test_a_card_says_what_it_is_in_words_of_its_own(signed_in: Member) -> None:
    number = signed_in.post_job(
        kind="Face to Face",
        language="Dari",
        appointment_date="2026-11-25",
        appointment_time="09:30",
        submitted_on="2026-11-20",
        duration_minutes=90,
        address=["1 Mill Lane", "Leeds", "LS1 2AB"],
    )
    page = signed_in.visitor.get("/board?view=open")
    assert page.html.css_first("table") is None
    found = card(page, number)
    assert {name: said(found, f".card__{name}") for name in ("no", "tag", "title", "when", "length", "what")} == {
        "no": f"Job no. {number}",
        "tag": "Open",
        "title": "Dari",
        "when": "Wed 25 Nov 2026, 9.30am",
        "length": "1 hr 30 min",
        "what": "Face to Face",
    }
    assert (said(found, ".card__where"), said(found, ".card__posted")) == ("Leeds, LS1 2AB", "Posted Fri 20 Nov 2026")
    assert page.text("p.count") == "Showing 1 to 1 of 1 jobs"


@pytest.mark.parametrize(
    ("at", "minutes", "when", "length"),
    [
        ("10:00", 45, "Sat 5 Dec 2026, 10am", "45 min"),
        ("12:15", 60, "Sat 5 Dec 2026, 12.15pm", "1 hr"),
        ("00:05", 120, "Sat 5 Dec 2026, 12.05am", "2 hrs"),
        ("", 30, "Sat 5 Dec 2026, time to be agreed", "30 min"),
    ],
)
def test_dates_and_lengths_are_written_as_people_write_them(
    signed_in: Member, at: str, minutes: int, when: str, length: str
) -> None:
    number = signed_in.post_job(appointment_date="2026-12-05", appointment_time=at, duration_minutes=minutes)
    found = card(signed_in.visitor.get("/board"), number)
    assert (said(found, ".card__when"), said(found, ".card__length")) == (when, length)


def test_a_job_is_taken_in_two_steps_of_which_the_first_changes_nothing(signed_in: Member) -> None:
    number = signed_in.post_job()
    for _ in range(2):
        assert signed_in.visitor.get(f"/board/job/{number}/take").text(".sheet__tag") == "Open"
    truth = signed_in.simulator.truth(number)
    assert (truth.holder, truth.accepts) == (None, ())
    page = take(signed_in, number)
    assert (page.url.path, page.text(".sheet__tag")) == (f"/board/job/{number}", "Yours")
    assert page.text(".flash--good") == GOOD
    assert signed_in.visitor.get("/board").text(".flash") is None
    truth = signed_in.simulator.truth(number)
    assert (truth.holder, len(truth.accepts)) == (signed_in.us, 1)
    assert [entry.action for entry in truth.history] == ["posted", "accepted"]


def test_what_is_ours_stands_in_a_lane_of_its_own(signed_in: Member) -> None:
    numbers = [signed_in.post_job(appointment_date=f"2026-12-0{day}") for day in range(1, 7)]
    gone, ours, free = numbers[:1], numbers[1::2], numbers[2::2]
    signed_in.simulator.cancel(gone[0])
    for number in ours:
        take(signed_in, number)

    def ids(path: str, selector: str = "article") -> list[str]:
        found = [node.attributes["id"] or "" for node in signed_in.visitor.get(path).html.css(selector)]
        return sorted(one.removeprefix("job-") for one in found)

    assert signed_in.visitor.get("/board").texts(".lane__title") == ["Your jobs", "Open jobs", "Other jobs"]
    assert ids("/board", ".lane--yours article.card--yours") == ours
    assert ids("/board", ".lane--open article.card--open") == free
    assert ids("/board", ".lane--other article.card--gone") == gone
    assert ids("/board?view=yours") == ours
    assert ids("/board?view=open") == free


@pytest.mark.parametrize("loser_sees", ["cancelled", "nothing"])
def test_a_job_that_a_rival_took_meanwhile_is_not_to_be_had(signed_in: Member, loser_sees: str) -> None:
    number = signed_in.post_job(loser_sees=loser_sees)
    form = form_on(signed_in.visitor.get(f"/board/job/{number}/take"), "form.answer--take")
    signed_in.simulator.assign(number, "rival:2")
    answer = send(signed_in.visitor, form)
    question = signed_in.visitor.get(f"/board/job/{number}/take")
    if loser_sees == "nothing":
        assert (answer.status_code, question.status) == (404, 404)
    else:
        assert (answer.status_code, question.text(".sheet__tag"), question.text(".flash--bad")) == (303, "Gone", BAD)
        assert question.html.css_first("form.answer") is None
        assert card(signed_in.visitor.get("/board"), number).css_first("a.button--take") is None
    assert signed_in.simulator.truth(number).holder == "rival:2"


def test_an_old_form_is_refused_and_takes_nothing(signed_in: Member) -> None:
    number = signed_in.post_job()
    form = form_on(signed_in.visitor.get(f"/board/job/{number}/take"), "form.answer--take")
    assert send(signed_in.visitor, form.filled(authenticity="of yesterday")).status_code == 422
    signed_in.simulator.fault("expire_sessions")
    assert "member_pass" in send(signed_in.visitor, form).text
    assert signed_in.simulator.truth(number).accepts == ()


def test_passing_and_giving_back_are_forms_beside_it(signed_in: Member) -> None:
    passed, taken = signed_in.post_job(), signed_in.post_job()
    page = signed_in.visitor.get(f"/board/job/{passed}/take")
    assert len(page.html.css("form.answer")) == 2
    form = form_on(page, "form.answer--pass")
    assert signed_in.visitor.send((form.action, form.fields)).text(".sheet__tag") == "Passed"
    form = form_on(take(signed_in, taken), "form.answer--back")
    assert signed_in.visitor.send((form.action, form.fields)).text(".sheet__tag") == "Open"
    assert [entry.action for entry in signed_in.simulator.truth(taken).history] == ["posted", "accepted", "unassigned"]


def test_a_job_with_a_quote_first_has_no_way_to_take_it(signed_in: Member) -> None:
    number = signed_in.post_job(quote_only=True)
    assert card(signed_in.visitor.get("/board?view=open"), number).css_first("a.button--take") is None
    assert signed_in.visitor.get(f"/board/job/{number}/take").html.css_first("form.answer") is None
    form = form_on(signed_in.visitor.get(f"/board/job/{number}/quote"), "form.answer--quote")
    assert signed_in.visitor.send((form.action, form.filled(price="80").fields)).text(".sheet__tag") == "Quote sent"


def test_every_page_of_a_long_view_is_linked(signed_in: Member) -> None:
    numbers = {job.job_number for job in signed_in.simulator.post_jobs(30, accounts=[signed_in.email])}
    first = signed_in.visitor.get("/board?view=open")
    links = {node.text(): node.attributes["href"] or "" for node in first.html.css("a.pager__page")}
    assert first.texts(".pager__page--here") == ["1"]
    assert list(links) == ["2", "3"]
    pages = [first, *(signed_in.visitor.get(path) for path in links.values())]
    shown = [node.attributes["id"] or "" for page in pages for node in page.html.css("article")]
    assert sorted(shown) == sorted(f"job-{number}" for number in numbers)
    assert [page.text("p.count") for page in pages] == [
        "Showing 1 to 12 of 30 jobs",
        "Showing 13 to 24 of 30 jobs",
        "Showing 25 to 30 of 30 jobs",
    ]


def test_an_empty_board_says_so(signed_in: Member) -> None:
    page = signed_in.visitor.get("/board")
    assert (page.text("p.nothing"), page.text("p.count")) == ("Nothing here at the moment.", "Showing 0 jobs")
    assert page.html.css_first("section") is None


def test_what_overlaps_an_assigned_job_is_shown_all_the_same(signed_in: Member) -> None:
    when = {"appointment_date": "2026-12-09", "appointment_time": "11:00"}
    take(signed_in, signed_in.post_job(**when))
    overlapping = signed_in.post_job(**when)
    assert said(card(signed_in.visitor.get("/board?view=open"), overlapping), ".card__tag") == "Open"


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("wrong_total", r"of 8 jobs", r"of 1 jobs"),
        ("missing_table", r"Showing 1 to 1 of 1 jobs", r"<section"),
        ("renamed_headings", r'class="tile__date"', r'class="card__when"'),
        ("half_page", r"whoami", r"</html>"),
        ("sign_in_page_200", r"member_pass", r"whoami"),
        ("ok_error_page", r"Something broke", r"whoami"),
    ],
)
def test_faults_change_this_markup_too(signed_in: Member, kind: FaultKind, there: str, not_there: str) -> None:
    signed_in.post_job()
    signed_in.simulator.fault(kind, count=1)
    broken, whole = (signed_in.visitor.http.get("/board") for _ in range(2))
    assert (broken.status_code, whole.status_code) == (200, 200)
    assert re.search(there, broken.text)
    assert not re.search(not_there, broken.text)
    assert whole.text.rstrip().endswith("</html>")
    assert "whoami" in whole.text


def test_messages_can_be_swallowed(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.fault("swallow_messages", count=1)
    page = take(signed_in, number)
    assert (page.text(".flash"), page.text(".sheet__tag")) == (None, "Yours")


def test_a_fault_that_this_skin_cannot_have_is_refused(cards: SimulatorProcess) -> None:
    with pytest.raises(AssertionError, match="the skin cards has nothing that terms_overlay could strike"):
        cards.fault("terms_overlay")
