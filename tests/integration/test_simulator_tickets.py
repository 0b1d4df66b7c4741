"""The simulator's tracker, its edit form, and the trap in it: whoever writes last has the ticket."""

import re
from collections.abc import Iterator

import pytest

from tests.support.fixtures_simulator import Member, new_member
from tests.support.simulator_client import FaultKind, JobTruth, SimulatorProcess
from tests.support.simulator_forms import SentForm, form_on, option_of, send, sign_in
from tests.support.simulator_visitor import Page

HEADINGS = ["Ticket", "Summary", "Type", "Component", "Owner", "State", "Created", "Do"]
SAVED = "Your changes have been saved."


@pytest.fixture(scope="module")
def tickets() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin="tickets", population=0) as process:
        yield process


@pytest.fixture
def member(tickets: SimulatorProcess) -> Iterator[Member]:
    with new_member(tickets) as somebody:
        # a name of one's own: people choose themselves by it
        name = f"Sam {somebody.email[:6]}"
        tickets.add_account(email=somebody.email, password=somebody.password, name=name)
        yield Member(tickets, somebody.email, somebody.password, name, somebody.visitor)


@pytest.fixture
def signed_in(member: Member) -> Member:
    answer = sign_in(member.visitor, "tickets", member.email, member.password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return member


def rows(page: Page) -> dict[str, dict[str, str]]:
    """The cells of every ticket on a page, by its number and by heading."""
    headings = page.texts("table.listing thead th")
    found = {}
    for row in page.html.css("table.listing tbody tr"):
        cells = [cell.text(strip=True) for cell in row.css("td")]
        found[cells[0].removeprefix("#")] = dict(zip(headings, cells, strict=True))
    return found


def row(member: Member, number: str) -> tuple[str, str]:
    """Owner and state as the list has them."""
    found = rows(member.visitor.get("/tickets"))[number]
    return found["Owner"], found["State"]


def edit_form(member: Member, number: str) -> tuple[Page, SentForm]:
    page = member.visitor.get(f"/tickets/{number}/edit")
    return page, form_on(page, "form#propertyform")


def taking(member: Member, number: str) -> SentForm:
    """The edit form as the ticket is, but with us and accepted, and its button pressed."""
    page, form = edit_form(member, number)
    return form.filled(owner=option_of(page, "owner", member.name), state="accepted", save="Submit changes")


def happened(truth: JobTruth) -> list[tuple[str, str, str | None]]:
    """Who did what to whom since the ticket was posted."""
    return [(one.who, one.action, one.whom) for one in truth.history[1:]]


def test_a_guest_is_sent_to_the_sign_in_and_then_to_the_page_asked_for(member: Member) -> None:
    answer = member.visitor.http.get("/tickets?state=new&page=2")
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        "/login?referer=%2Ftickets%3Fstate%3Dnew%26page%3D2",
    )
    page = member.visitor.get(answer.headers["location"])
    form = form_on(page, "form#acctmgr").filled(user=member.email, **{"pass": member.password})
    answer = send(member.visitor, form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets?state=new&page=2")
    assert member.visitor.get("/tickets").text("#metanav .user") == member.name


@pytest.mark.parametrize("referer", ["https://example.com/", "//example.com/", "tickets"])
def test_the_sign_in_never_leads_to_another_site(member: Member, referer: str) -> None:
    page = member.visitor.get("/login")
    form = form_on(page, "form#acctmgr").filled(user=member.email, referer=referer, **{"pass": member.password})
    assert send(member.visitor, form).headers["location"] == "/tickets"


def test_wrong_credentials_come_back_with_status_200_and_the_form(member: Member) -> None:
    answer = sign_in(member.visitor, "tickets", member.email, "not the password")
    assert answer.status_code == 200
    assert "Invalid username or password" in answer.text
    assert 'name="pass"' in answer.text


def test_the_list_shows_no_appointment(signed_in: Member) -> None:
    number = signed_in.post_job(
        kind="Telephone Interpreting",
        language="Dari",
        company_name="Calder & Vale",
        appointment_date="2026-11-25",
        appointment_time="09:35",
    )
    page = signed_in.visitor.get("/tickets?state=new")
    found = rows(page)[number]
    assert list(found) == HEADINGS
    assert {name: found[name] for name in ("Ticket", "Summary", "Type", "Component", "Owner", "State", "Do")} == {
        "Ticket": f"#{number}",
        "Summary": "Interpreter for Calder & Vale",
        "Type": "Telephone Interpreting",
        "Component": "Dari",
        "Owner": "nobody",
        "State": "new",
        "Do": "TakeEdit",
    }
    assert page.text("div.paging") == "Results (1 - 1 of 1)"
    for path in ("/tickets", f"/tickets/{number}", f"/tickets/{number}/edit"):
        assert not re.search(r"2026-11-25|25/11|25 Nov|9[.:]35", signed_in.visitor.http.get(path).text)


def test_some_tickets_show_when_they_were_created_and_with_0_none_has_a_date(signed_in: Member) -> None:
    signed_in.simulator.post_jobs(16, accounts=[signed_in.email], submitted_on="2026-11-20")
    created = [found["Created"] for found in rows(signed_in.visitor.get("/tickets")).values()]
    assert set(created) == {"", "20/11/26"}
    assert created == [found["Created"] for found in rows(signed_in.visitor.get("/tickets")).values()]
    signed_in.simulator.set(ticket_created_share=0)
    assert all("Created" not in found for found in rows(signed_in.visitor.get("/tickets")).values())


def test_taking_a_free_ticket_is_its_edit_form_with_owner_and_state_set(signed_in: Member) -> None:
    number = signed_in.post_job()
    page, form = edit_form(signed_in, number)
    assert (form.fields["owner"], form.fields["state"]) == ("", "new")
    assert page.text(".ticket-state") == "new"
    answer = send(signed_in.visitor, taking(signed_in, number))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{number}")
    page = signed_in.visitor.get(f"/tickets/{number}")
    assert page.text("div.system-message.notice") == SAVED
    assert (page.text("table.properties td.owner"), page.text(".ticket-state")) == (signed_in.name, "accepted")
    truth = signed_in.simulator.truth(number)
    assert (truth.holder, truth.status) == (signed_in.us, "assigned")
    assert happened(truth) == [(signed_in.us, "accepted", None)]
    assert [one.took_effect for one in truth.accepts] == [True]
    assert row(signed_in, number) == (signed_in.name, "accepted")
    assert list(rows(signed_in.visitor.get("/tickets?owner=me&state=accepted"))) == [number]


def test_the_trap_the_form_takes_a_ticket_from_its_holder_without_a_word(signed_in: Member) -> None:
    number = signed_in.post_job()
    stale = taking(signed_in, number)
    signed_in.simulator.assign(number, "rival:2")
    assert row(signed_in, number)[1] == "accepted"
    page, form = edit_form(signed_in, number)
    holder = option_of(page, "owner", row(signed_in, number)[0])
    assert (form.fields["owner"], form.fields["state"]) == (holder, "accepted")
    answer = send(signed_in.visitor, stale)
    assert answer.status_code == 303
    assert signed_in.visitor.get(answer.headers["location"]).text("div.system-message.notice") == SAVED
    truth = signed_in.simulator.truth(number)
    assert truth.holder == signed_in.us
    assert happened(truth)[1:] == [(signed_in.us, "taken_from", "rival:2"), (signed_in.us, "accepted", None)]


def test_the_trap_the_link_takes_a_ticket_when_it_is_merely_fetched(signed_in: Member) -> None:
    free, held = signed_in.post_job(), signed_in.post_job()
    signed_in.simulator.assign(held, "rival:1")
    for number in (free, held):
        page = signed_in.visitor.get("/tickets")
        (link,) = [node for node in page.html.css(f"a[href='/tickets/{number}/take']") if node.text() == "Take"]
        answer = signed_in.visitor.http.get(link.attributes["href"] or "")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/tickets/{number}")
        assert signed_in.simulator.truth(number).holder == signed_in.us
        assert row(signed_in, number) == (signed_in.name, "assigned")
    assert happened(signed_in.simulator.truth(free)) == [(signed_in.us, "accepted", None)]
    assert ("taken_from", "rival:1") in [
        (action, whom) for _, action, whom in happened(signed_in.simulator.truth(held))
    ]
    before = happened(signed_in.simulator.truth(held))
    signed_in.visitor.http.get(f"/tickets/{held}/take")
    assert happened(signed_in.simulator.truth(held)) == before, "what is one's own is not taken again"


def test_reading_takes_nothing(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.assign(number, "rival:1")
    before = signed_in.simulator.truth(number)
    for path in ("/tickets", f"/tickets/{number}", f"/tickets/{number}/edit"):
        signed_in.visitor.get(path)
    assert signed_in.simulator.truth(number) == before


@pytest.mark.parametrize("button", ["preview", None])
def test_without_the_save_button_nothing_is_written(signed_in: Member, button: str | None) -> None:
    number = signed_in.post_job()
    form = taking(signed_in, number)
    fields = {name: value for name, value in form.fields.items() if name != "save"} | ({button: "x"} if button else {})
    answer = send(signed_in.visitor, SentForm(form.action, fields))
    assert (answer.status_code, 'id="propertyform"' in answer.text) == (200, True)
    assert happened(signed_in.simulator.truth(number)) == []


def test_what_is_not_sent_is_emptied_and_the_truth_tells_it(signed_in: Member) -> None:
    number = next(one for _ in range(3) if int(one := signed_in.post_job(kind="Consecutive")) % 3 == 0)
    form = taking(signed_in, number)
    assert form.fields["urgent"] == "1"
    fields = {name: value for name, value in form.fields.items() if name not in ("urgent", "summary")}
    send(signed_in.visitor, SentForm(form.action, fields | {"type": "BSL", "comment": "I am\ncoming"}))
    truth = signed_in.simulator.truth(number)
    assert {action for _, action, _ in happened(truth)} == {
        "accepted",
        "changed kind",
        "changed summary",
        "changed urgent",
    }
    page = signed_in.visitor.get(f"/tickets/{number}")
    assert "I am" in (page.text("ul.changes") or "")


def test_a_half_filled_form_makes_an_owner_of_a_ticket_that_is_still_new(signed_in: Member) -> None:
    number = signed_in.post_job()
    send(signed_in.visitor, taking(signed_in, number).filled(state="new"))
    assert row(signed_in, number) == (signed_in.name, "new")
    truth = signed_in.simulator.truth(number)
    assert (truth.status, truth.accepts) == ("pending", ())


def test_a_ticket_can_be_given_back_and_closed(signed_in: Member) -> None:
    number = signed_in.post_job()
    send(signed_in.visitor, taking(signed_in, number))
    send(signed_in.visitor, taking(signed_in, number).filled(owner="", state="new"))
    assert row(signed_in, number) == ("nobody", "new")
    assert (signed_in.simulator.truth(number).holder, signed_in.simulator.truth(number).status) == (None, "pending")
    send(signed_in.visitor, taking(signed_in, number))
    send(signed_in.visitor, taking(signed_in, number).filled(state="closed"))
    assert row(signed_in, number) == (signed_in.name, "closed")
    assert [action for _, action, _ in happened(signed_in.simulator.truth(number))] == [
        "accepted",
        "unassigned",
        "accepted",
        "closed",
    ]


def test_sending_the_form_twice_is_seen_in_the_truth(signed_in: Member) -> None:
    number = signed_in.post_job()
    for _ in range(2):
        send(signed_in.visitor, taking(signed_in, number))
    truth = signed_in.simulator.truth(number)
    assert [one.took_effect for one in truth.accepts] == [True, False]
    assert happened(truth) == [(signed_in.us, "accepted", None)]


def test_a_colleague_takes_ours_just_as_silently(signed_in: Member) -> None:
    with new_member(signed_in.simulator) as other:
        number = signed_in.simulator.post_job(
            accounts=[signed_in.email, other.email], loser_sees="cancelled"
        ).job_number
        send(signed_in.visitor, taking(signed_in, number))
        sign_in(other.visitor, "tickets", other.email, other.password)
        send(other.visitor, taking(other, number))
        truth = signed_in.simulator.truth(number)
        assert truth.holder == other.us
        assert (other.us, "taken_from", signed_in.us) in happened(truth)
    assert row(signed_in, number) == (other.name, "accepted")


def test_a_rival_that_is_told_to_follow_overwrites_within_the_settle_time(signed_in: Member) -> None:
    number = signed_in.post_job(rival_after_accept_ms=0)
    send(signed_in.visitor, taking(signed_in, number))
    assert signed_in.simulator.truth(number).holder == "rival:1"
    assert row(signed_in, number) == ("Robin Carver", "accepted")


def test_whoever_holds_a_ticket_has_a_name_and_an_option(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.assign(number, "rival:12")
    assert row(signed_in, number) == ("Tess Lindqvist 2", "accepted")
    page, form = edit_form(signed_in, number)
    assert form.fields["owner"] == option_of(page, "owner", "Tess Lindqvist 2") == "r12"


def test_what_is_not_ours_to_view_answers_403(signed_in: Member) -> None:
    number = signed_in.post_job(loser_sees="nothing")
    form = taking(signed_in, number)
    signed_in.simulator.assign(number, "rival:1")
    for path in (f"/tickets/{number}", f"/tickets/{number}/edit", f"/tickets/{number}/take"):
        answer = signed_in.visitor.http.get(path)
        assert (answer.status_code, f"You may not view ticket {number}." in answer.text) == (403, True)
    assert send(signed_in.visitor, form).status_code == 403
    assert signed_in.visitor.http.get("/tickets/99999999").status_code == 404
    assert signed_in.simulator.truth(number).holder == "rival:1"


def test_an_old_form_is_refused_and_writes_nothing(signed_in: Member) -> None:
    number = signed_in.post_job()
    form = taking(signed_in, number)
    assert send(signed_in.visitor, form.filled(__FORM_TOKEN="of yesterday")).status_code == 400
    signed_in.simulator.fault("expire_sessions")
    assert send(signed_in.visitor, form).status_code == 400
    assert signed_in.visitor.http.get("/tickets").status_code == 302
    assert happened(signed_in.simulator.truth(number)) == []


def test_every_page_of_a_long_list_is_linked(signed_in: Member) -> None:
    numbers = {job.job_number for job in signed_in.simulator.post_jobs(45, accounts=[signed_in.email])}
    first = signed_in.visitor.get("/tickets?state=new")
    links = [node.attributes["href"] or "" for node in first.html.css("div.pages a")]
    pages = [first, *(signed_in.visitor.get(path) for path in links)]
    assert [len(rows(page)) for page in pages] == [20, 20, 5]
    assert {number for page in pages for number in rows(page)} == numbers
    assert [page.text("div.pages strong") for page in pages] == ["1", "2", "3"]
    assert pages[-1].text("div.paging") == "Results (41 - 45 of 45)"


def test_an_empty_list_says_so(signed_in: Member) -> None:
    page = signed_in.visitor.get("/tickets")
    assert (page.text("p.help"), page.text("div.paging")) == ("No tickets found", "Results (0 of 0)")
    assert page.html.css_first("table") is None


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("wrong_total", r"1 of 8\)", r"1 of 1\)"),
        ("missing_table", r"Results", r"<table"),
        ("renamed_headings", r"<th>Assignee</th>", r"<th>Owner</th>"),
        ("half_page", r"metanav", r"</html>"),
        ("sign_in_page_200", r"acctmgr", r"metanav"),
        ("ok_error_page", r"internal error", r"metanav"),
    ],
)
def test_faults_change_this_markup_too(signed_in: Member, kind: FaultKind, there: str, not_there: str) -> None:
    signed_in.post_job()
    signed_in.simulator.fault(kind, count=1)
    broken, whole = (signed_in.visitor.http.get("/tickets") for _ in range(2))
    assert (broken.status_code, whole.status_code) == (200, 200)
    assert re.search(there, broken.text)
    assert not re.search(not_there, broken.text)
    assert whole.text.rstrip().endswith("</html>")
    assert "metanav" in whole.text
