"""A job of the simulator: its page, accepting it, losing it, rejecting it and giving it back."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fixtures_simulator import Member
from tests.support.simulator_client import JobTruth
from tests.support.simulator_visitor import Visitor

LABELS = [
    "Company name:",
    "Client name:",
    "Language:",
    "Interpreter details:",
    "Appointment date and time:",
    "Appointment duration:",
    "Service user details:",
    "Special instructions:",
    "Client reference:",
]
GONE = "This assignment is no longer available!"
WITHDRAWN = "This action is unauthorized."


def test_a_jobs_page_tells_what_the_board_does_not(signed_in: Member) -> None:
    number = signed_in.post_job(
        kind="Telephone interpreting",
        language="Dari",
        appointment_date="2026-11-25",
        appointment_time="09:30",
        duration_minutes=45,
        company_name="Aldermoor & Sons",
        client_name="Jo Client",
        client_reference="JC-1",
        qualification="DPSI Qualified",
        security_check="Enhanced DBS",
        gender="Any gender",
        service_user="Mr B. Sample, 07700 900123",
        special_instructions="Be <on time>.",
    )
    page = signed_in.visitor.get(f"/interpreter-jobs/{number}")
    assert page.text(".job__reference") == f"{number}/atoz"
    assert page.text(".job__status.status") == "matched"
    details = page.details()
    assert list(details) == LABELS
    assert page.texts("table.table--detail .job__detail") == LABELS
    assert details == {
        "Company name:": ["Aldermoor & Sons"],
        "Client name:": ["Jo Client"],
        "Language:": ["Dari"],
        "Interpreter details:": ["Telephone interpreting", "DPSI Qualified", "Enhanced DBS", "Any gender"],
        "Appointment date and time:": ["25/11/2026 09:30"],
        "Appointment duration:": ["0 hours 45 minutes"],
        "Service user details:": ["Mr B. Sample, 07700 900123"],
        "Special instructions:": ["Be <on time>."],
        "Client reference:": ["JC-1"],
    }
    assert page.html.css_first("address") is None
    assert page.text(".header__name") == signed_in.name


def test_a_place_of_appointment_ends_with_the_postcode(signed_in: Member) -> None:
    number = signed_in.post_job(kind="Face to Face", address=["1 Mill Lane", "Leeds", "LS1 2AB"])
    page = signed_in.visitor.get(f"/interpreter-jobs/{number}")
    assert page.texts("address .job__address") == ["1 Mill Lane", "Leeds", "LS1 2AB"]
    made_up = signed_in.visitor.get(f"/interpreter-jobs/{signed_in.post_job(kind='face to face')}")
    assert re.fullmatch(r"[A-Z]{1,2}\d{1,2} \d[A-Z]{2}", made_up.texts("address .job__address")[-1])


def test_without_a_time_the_page_shows_the_date_alone(signed_in: Member) -> None:
    number = signed_in.post_job(appointment_date="2026-11-25", appointment_time="")
    details = signed_in.visitor.get(f"/interpreter-jobs/{number}").details()
    assert details["Appointment date and time:"] == ["25/11/2026"]


def test_accept_leads_back_to_where_the_form_was(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/?status=0").row(number).forms["Accept"]
    came_from = f"{signed_in.simulator.base_url}/?status=0&page=1"
    answer = signed_in.visitor.post(*accept, referer=came_from)
    assert (answer.status_code, answer.headers["location"]) == (302, came_from)
    truth = signed_in.simulator.truth(number)
    assert (truth.status, truth.holder) == ("assigned", signed_in.us)
    (accepted,) = truth.accepts
    assert (accepted.who, accepted.answered, accepted.took_effect) == (signed_in.us, "Job accepted", True)
    assert truth.visible_at < accepted.at
    assert [one.action for one in truth.history] == ["posted", "accepted"]


def test_without_a_referer_accept_leads_to_the_board(signed_in: Member) -> None:
    number = signed_in.post_job()
    answer = signed_in.visitor.post(*signed_in.visitor.get("/").row(number).forms["Accept"])
    assert answer.headers["location"] == f"{signed_in.simulator.base_url}/"


def test_a_message_is_shown_once_on_whichever_page_comes_next(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.post(*signed_in.visitor.get("/").row(number).forms["Accept"])
    elsewhere = signed_in.visitor.get("/profile")
    assert elsewhere.text("aside.messages .message--success .message__text") == "Job accepted"
    assert signed_in.visitor.get("/").messages == []


def test_messages_belong_to_the_session_and_not_to_the_account(signed_in: Member) -> None:
    number = signed_in.post_job()
    with Visitor(signed_in.simulator.base_url) as second:
        second.sign_in(signed_in.email, signed_in.password)
        signed_in.visitor.post(*signed_in.visitor.get("/").row(number).forms["Accept"])
        assert second.get("/").messages == []
        assert second.get("/").row(number).cells["Status"] == "assigned"
    assert signed_in.visitor.get("/").messages == ["Job accepted"]


def test_what_is_settled_cannot_be_accepted_any_more(signed_in: Member) -> None:
    signed_in.simulator.set(same_moment_ms=60_000)
    number = signed_in.post_job(loser_sees="cancelled")
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.assign(number, "rival:4")
    page = signed_in.visitor.send(accept)
    assert page.text(".message--error") == "You cannot accept this job"
    assert page.row(number).cells["Status"] == "cancelled"
    truth = signed_in.simulator.truth(number)
    assert truth.holder == "rival:4"
    assert [(one.answered, one.took_effect) for one in truth.accepts] == [("You cannot accept this job", False)]


def test_our_own_job_cannot_be_accepted_again(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    assert signed_in.visitor.send(accept).messages == ["Job accepted"]
    assert signed_in.visitor.send(accept).messages == ["You cannot accept this job"]
    assert signed_in.simulator.truth(number).holder == signed_in.us


@pytest.mark.parametrize("how", ["cancel", "remove"])
def test_an_inactive_job_answers_403(signed_in: Member, how: str) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    getattr(signed_in.simulator, how)(number)
    answer = signed_in.visitor.post(*accept)
    assert answer.status_code == 403
    assert WITHDRAWN in answer.text
    assert not signed_in.simulator.truth(number).accepts[0].took_effect


def test_a_job_that_is_gone_answers_403_and_one_that_never_was_404(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.remove(number)
    gone = signed_in.visitor.http.get(f"/interpreter-jobs/{number}")
    assert gone.status_code == 403
    assert WITHDRAWN in gone.text
    assert signed_in.visitor.get("/").rows == []
    assert signed_in.visitor.get("/interpreter-jobs/9999999").status == 404
    assert signed_in.visitor.get("/interpreter-jobs/abc").status == 404
    assert signed_in.visitor.get("/no-such-page").status == 404


def test_a_job_for_others_is_not_ours_to_see_or_take(signed_in: Member) -> None:
    job = signed_in.simulator.post_job(accounts=[signed_in.simulator.username])
    accept = {"_method": "PUT", "_token": signed_in.visitor.get("/").token}
    assert signed_in.visitor.get(f"/interpreter-jobs/{job.job_number}").status == 403
    assert signed_in.visitor.post(f"/interpreter-jobs/{job.job_number}/matched", accept).status_code == 403
    assert signed_in.simulator.truth(job.job_number).holder is None


def test_a_post_without_its_method_is_refused(signed_in: Member) -> None:
    number = signed_in.post_job()
    action, fields = signed_in.visitor.get("/").row(number).forms["Accept"]
    assert signed_in.visitor.post(action, {"_token": fields["_token"]}).status_code == 405
    assert signed_in.visitor.http.get(action).status_code == 405
    assert signed_in.simulator.truth(number).accepts == ()


def test_a_real_put_with_the_token_in_a_header_is_the_same(signed_in: Member) -> None:
    number = signed_in.post_job()
    action, fields = signed_in.visitor.get("/").row(number).forms["Accept"]
    assert signed_in.visitor.http.put(action, headers={"x-csrf-token": fields["_token"]}).status_code == 302
    assert signed_in.simulator.truth(number).holder == signed_in.us


def _seen_by_the_loser(member: Member, number: str) -> tuple[str | None, int]:
    rows = {row.number: row for row in member.visitor.get("/").rows}
    status = rows[number].cells["Status"] if number in rows else None
    return status, member.visitor.get(f"/interpreter-jobs/{number}").status


@pytest.mark.parametrize(("loser_sees", "seen"), [("cancelled", ("cancelled", 403)), ("nothing", (None, 403))])
def test_two_in_the_same_instant_are_both_told_accepted(
    signed_in: Member, loser_sees: str, seen: tuple[str | None, int]
) -> None:
    number = signed_in.post_job(rival_after_accept_ms=0, loser_sees=loser_sees)
    assert signed_in.visitor.accept(number).messages == ["Job accepted"]
    truth = signed_in.simulator.truth(number)
    assert [(one.who, one.answered, one.took_effect) for one in truth.accepts] == [
        (signed_in.us, "Job accepted", True),
        ("rival:1", "Job accepted", True),
    ]
    assert truth.accepts[0].at == truth.accepts[1].at, "before we were answered"
    assert truth.holder == "rival:1"
    assert _seen_by_the_loser(signed_in, number) == seen


def test_a_rival_within_the_settle_time_takes_it_from_us_and_we_from_the_rival(signed_in: Member) -> None:
    signed_in.simulator.set(settle_ms=60_000)
    number = signed_in.post_job(rival_after_accept_ms=150)
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.visitor.send(accept)
    assert signed_in.visitor.get("/").row(number).cells["Status"] == "assigned"
    truth = signed_in.simulator.wait_for(number, lambda truth: truth.holder == "rival:1")
    first, second = truth.accepts
    assert (second.at - first.at).total_seconds() >= 0.15
    assert truth.settled_at is not None
    assert (truth.settled_at - first.at).total_seconds() == 60
    assert signed_in.visitor.send(accept).messages == ["Job accepted"], "the last one written has it"
    assert signed_in.simulator.truth(number).holder == signed_in.us


@pytest.mark.parametrize(("same_moment_ms", "answered"), [(60_000, "You cannot accept this job"), (0, GONE)])
def test_a_rival_after_the_settle_time_is_refused(signed_in: Member, same_moment_ms: int, answered: str) -> None:
    signed_in.simulator.set(settle_ms=50, same_moment_ms=same_moment_ms)
    number = signed_in.post_job(rival_after_accept_ms=120)
    signed_in.visitor.accept(number)
    truth = signed_in.simulator.wait_for(number, lambda truth: len(truth.accepts) == 2)
    assert truth.holder == signed_in.us
    assert (truth.accepts[1].answered, truth.accepts[1].took_effect) == (answered, False)


@pytest.mark.parametrize(("same_moment_ms", "status"), [(60_000, 302), (0, 403)])
def test_our_late_accept_is_refused_or_answers_403(signed_in: Member, same_moment_ms: int, status: int) -> None:
    signed_in.simulator.set(settle_ms=0, same_moment_ms=same_moment_ms)
    number = signed_in.post_job(rival_reaction_ms=0)
    accept = signed_in.visitor.get("/?search=10432").token
    signed_in.simulator.wait_for(number, lambda truth: truth.holder == "rival:1")
    form = {"_method": "PUT", "_token": accept}
    answer = signed_in.visitor.post(f"/interpreter-jobs/{number}/matched", form)
    assert answer.status_code == status
    if status == 403:
        assert GONE in answer.text
    else:
        assert signed_in.visitor.get("/").messages == ["You cannot accept this job"]
    assert signed_in.simulator.truth(number).holder == "rival:1"


def test_a_job_of_ours_that_is_withdrawn_answers_403(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.accept(number)
    signed_in.simulator.cancel(number)
    page = signed_in.visitor.get(f"/interpreter-jobs/{number}")
    assert (page.status, page.text(".title"), page.text(".code")) == (403, WITHDRAWN, "403")
    assert page.text(".header__name") is None


def test_a_job_of_ours_that_changes_is_offered_again(signed_in: Member) -> None:
    number = signed_in.post_job(appointment_date="2026-12-01", appointment_time="09:30", duration_minutes=60)
    signed_in.visitor.accept(number)
    signed_in.simulator.change(number, appointment_time="14:00", duration_minutes=90)
    row = signed_in.visitor.get("/?status=0").row(number)
    assert (row.cells["Status"], row.cells["Appt. Time"]) == ("matched", "14:00")
    assert (row.cells["Appt. Date"], row.cells["Duration"]) == ("01/12/2026", "1 hours 30 minutes")
    assert signed_in.simulator.truth(number).holder is None
    assert signed_in.visitor.accept(number).messages == ["Job accepted"]


def test_a_rejected_job_is_matched_again(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.send(signed_in.visitor.get("/").row(number).forms["Reject"])
    assert signed_in.visitor.get("/?status=0").row(number).cells["Status"] == "rejected"
    signed_in.simulator.match_again(number)
    assert signed_in.visitor.get("/?status=0").row(number).cells["Status"] == "matched"


def test_a_job_not_matched_any_more_is_pending_and_answers_403(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.remove_match(number, signed_in.email)
    row = signed_in.visitor.get("/").row(number)
    assert (row.cells["Status"], set(row.forms), set(row.links)) == ("pending", set(), {"View"})
    for answer in (signed_in.visitor.post(*accept), signed_in.visitor.http.get(f"/interpreter-jobs/{number}")):
        assert answer.status_code == 403
        assert WITHDRAWN in answer.text
    assert signed_in.simulator.truth(number).holder is None


def test_the_page_of_a_job_offers_what_its_row_offers(signed_in: Member) -> None:
    free = signed_in.visitor.get(f"/interpreter-jobs/{signed_in.post_job()}")
    assert free.text("header.job__header form button") == "Accept"
    assert free.text(".job__actions form button") == "Reject Job"
    quoted = signed_in.visitor.get(f"/interpreter-jobs/{signed_in.post_job(quote_only=True)}")
    assert quoted.text("header.job__header a") == "Quote Job"
    assert quoted.html.css_first("header.job__header form") is None


def test_the_contact_on_arrival_stands_outside_the_address(signed_in: Member) -> None:
    page = signed_in.visitor.get(f"/interpreter-jobs/{signed_in.post_job(kind='Face to Face')}")
    inside, everywhere = page.texts("address .job__address"), page.texts(".job__address")
    assert len(inside) == 4
    assert len(everywhere) == 5
    assert everywhere[:4] == inside


def test_a_rival_reacts_when_it_is_told_to(signed_in: Member) -> None:
    number = signed_in.post_job(rival_reaction_ms=200)
    assert signed_in.simulator.truth(number).holder is None
    truth = signed_in.simulator.wait_for(number, lambda truth: truth.holder is not None)
    assert truth.holder == "rival:1"
    assert 0.2 <= (truth.accepts[0].at - truth.visible_at).total_seconds() < 1.0


def test_accounts_race_without_a_lock(member: Member) -> None:
    emails = [f"racer-{n}-{member.email}" for n in range(4)]
    for email in emails:
        member.simulator.add_account(email=email, password="racing day", population=0)
    member.simulator.set(settle_ms=60_000)
    for _ in range(10):
        truth = _race(member, emails)
        assert len(truth.accepts) == len(emails)
        assert all(one.took_effect and one.answered == "Job accepted" for one in truth.accepts)
        assert truth.holder == truth.accepts[-1].who


def _race(member: Member, emails: list[str]) -> JobTruth:
    number = member.simulator.post_job(accounts=emails).job_number
    visitors = [Visitor(member.simulator.base_url) for _ in emails]
    start = threading.Barrier(len(emails))

    def run(visitor: Visitor, accept: tuple[str, dict[str, str]]) -> None:
        start.wait()
        assert visitor.send(accept).messages == ["Job accepted"]

    runs = []
    for visitor, email in zip(visitors, emails, strict=True):
        visitor.sign_in(email, "racing day")
        runs.append(threading.Thread(target=run, args=(visitor, visitor.get("/").row(number).forms["Accept"])))
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    truth = member.simulator.truth(number)
    for visitor, email in zip(visitors, emails, strict=True):
        statuses = [row.cells["Status"] for row in visitor.get("/").rows if row.number == number]
        if truth.holder == f"us:{email}":
            assert statuses == ["assigned"]
        else:
            assert statuses in ([], ["cancelled"])
        visitor.http.close()
    return truth


def test_unassign_gives_the_job_back_to_everyone(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.accept(number)
    page = signed_in.visitor.send(signed_in.visitor.get("/").row(number).forms["Unassign"])
    assert page.messages == ["Agent unassigned"]
    truth = signed_in.simulator.truth(number)
    assert (truth.status, truth.holder, truth.settled_at) == ("pending", None, None)
    assert page.row(number).cells["Status"] == "matched"
    signed_in.visitor.accept(number)
    assert signed_in.simulator.truth(number).holder == signed_in.us


def test_unassign_needs_the_right_match(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.visitor.accept(number)
    action, fields = signed_in.visitor.get("/").row(number).forms["Unassign"]
    wrong = re.sub(r"/\d+/unassign", "/1/unassign", action)
    assert signed_in.visitor.post(wrong, fields).status_code == 403
    assert signed_in.simulator.truth(number).holder == signed_in.us


def test_only_a_job_that_has_begun_can_be_completed(signed_in: Member) -> None:
    number = signed_in.post_job(appointment_date="2036-01-01", appointment_time="10:00")
    signed_in.visitor.accept(number)
    _, fields = signed_in.visitor.get("/").row(number).forms["Unassign"]
    complete = {"_method": "PUT", "_token": fields["_token"]}
    assert signed_in.visitor.post(f"/interpreter-jobs/{number}/complete", complete).status_code == 403
    assert signed_in.simulator.truth(number).status == "assigned"


def test_the_agency_takes_a_job_back(signed_in: Member) -> None:
    number = signed_in.post_job(loser_sees="nothing")
    signed_in.visitor.accept(number)
    signed_in.simulator.assign(number, "rival:2")
    assert _seen_by_the_loser(signed_in, number) == (None, 403)


Change = Callable[[Member, str], Any]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda member, number: member.simulator.assign(number, member.us), "assigned"),
        (lambda member, number: member.visitor.accept(number), "assigned"),
    ],
)
def test_rows_and_pages_follow_every_change(signed_in: Member, change: Change, status: str) -> None:
    number = signed_in.post_job()
    assert signed_in.visitor.get("/").row(number).cells["Status"] == "matched"
    change(signed_in, number)
    assert signed_in.visitor.get("/").row(number).cells["Status"] == status
    assert signed_in.visitor.get(f"/interpreter-jobs/{number}").text(".job__status.status") == status
