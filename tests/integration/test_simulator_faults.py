"""Every fault of the simulator, as somebody on the other side of the connection sees it."""

import re
import time

import httpx
import pytest

from tests.support.fixtures_simulator import Member
from tests.support.simulator_client import FaultKind, SimulatorProcess
from tests.support.simulator_visitor import Page, Visitor


def _applied(member: Member) -> int:
    (fault,) = member.simulator.faults()
    applied: int = fault["applied"]
    return applied


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("maintenance", 503, "maintenance"),
        ("server_error", 500, "something went wrong"),
        ("too_many_requests", 429, "too many requests"),
        ("ok_error_page", 200, "something went wrong"),
    ],
)
def test_faults_that_answer_instead_of_the_portal(signed_in: Member, kind: FaultKind, status: int, words: str) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault(kind, count=2)
    page = signed_in.visitor.http.get("/")
    assert page.status_code == status
    assert words in page.text
    assert signed_in.visitor.post(*accept).status_code == status
    assert signed_in.simulator.truth(number).accepts == ()
    assert signed_in.visitor.post(*accept).status_code == 302
    assert signed_in.simulator.truth(number).holder == signed_in.us
    assert _applied(signed_in) == 2


def test_an_accept_can_take_effect_though_the_answer_is_an_error(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault("server_error", count=1, takes_effect=True)
    assert signed_in.visitor.post(*accept).status_code == 500
    assert signed_in.simulator.truth(number).holder == signed_in.us
    assert signed_in.visitor.get("/").messages == ["Job accepted"]


@pytest.mark.parametrize("kind", ["maintenance", "too_many_requests"])
def test_retry_after_is_said_when_asked_for(signed_in: Member, kind: FaultKind) -> None:
    signed_in.simulator.fault(kind, count=1, retry_after_seconds=17)
    assert signed_in.visitor.http.get("/").headers["retry-after"] == "17"
    signed_in.simulator.clear_faults()
    signed_in.simulator.fault(kind, count=1)
    assert "retry-after" not in signed_in.visitor.http.get("/").headers


def test_a_sign_in_page_with_status_200_though_the_session_lives(signed_in: Member) -> None:
    signed_in.simulator.fault("sign_in_page_200", count=1)
    page = signed_in.visitor.get("/")
    assert (page.status, page.url.path) == (200, "/")
    assert page.html.css_first("form[action$='/login'] input[name=password]") is not None
    assert page.text(".header__name") is None
    assert signed_in.visitor.get("/").text(".header__name") == signed_in.name


def test_slow_takes_the_request_up_later(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault("slow", count=1, delay_ms=400)
    sent = time.monotonic()
    signed_in.visitor.post(*accept)
    assert time.monotonic() - sent >= 0.399
    (seen,) = [one for one in signed_in.simulator.requests() if one.method == "POST" and one.path == accept[0]]
    (accepted,) = signed_in.simulator.truth(number).accepts
    assert (accepted.at - seen.at).total_seconds() >= 0.399


def test_hang_answers_nothing_until_it_ends(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault("hang", count=2)
    with pytest.raises(httpx.ReadTimeout):
        signed_in.visitor.http.get("/", timeout=0.3)
    signed_in.simulator.clear_faults()
    signed_in.simulator.fault("hang", seconds=0.3)
    begun = time.monotonic()
    with pytest.raises(httpx.RemoteProtocolError):
        signed_in.visitor.post(*accept)
    assert time.monotonic() - begun >= 0.25
    assert signed_in.simulator.truth(number).accepts == ()
    assert signed_in.visitor.get("/").status == 200


def test_clearing_the_faults_lets_go_of_what_hangs(simulator: SimulatorProcess) -> None:
    simulator.fault("hang")
    with Visitor(simulator.base_url) as visitor:
        with pytest.raises(httpx.ReadTimeout):
            visitor.http.get("/login", timeout=0.2)
        simulator.clear_faults()
        assert visitor.get("/login").status == 200


@pytest.mark.parametrize("kind", ["drop", "drop_after"])
def test_a_cut_connection_gives_no_answer_and_only_the_truth_tells(signed_in: Member, kind: FaultKind) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault(kind, count=1, path=r"/matched$")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        signed_in.visitor.post(*accept)
    truth = signed_in.simulator.truth(number)
    assert truth.holder == (signed_in.us if kind == "drop_after" else None)
    assert len(truth.accepts) == (1 if kind == "drop_after" else 0)
    seen = next(one for one in reversed(signed_in.simulator.requests()) if one.path == accept[0])
    assert seen.status is None
    assert "Exception" not in signed_in.simulator.said()


def test_half_a_page_is_a_whole_answer(signed_in: Member) -> None:
    for _ in range(6):
        signed_in.post_job()
    whole = signed_in.visitor.http.get("/").text
    signed_in.simulator.fault("half_page", count=1)
    half = signed_in.visitor.http.get("/")
    assert half.status_code == 200
    assert half.text == whole[: len(whole) // 2]
    signed_in.simulator.clear_faults()
    signed_in.simulator.fault("half_page", count=1, part=0.8)
    cut = signed_in.visitor.http.get("/").text
    assert "</tr>" in cut
    assert "</table>" not in cut


def test_an_empty_body(signed_in: Member) -> None:
    signed_in.simulator.fault("empty_body", count=1)
    answer = signed_in.visitor.http.get("/")
    assert (answer.status_code, answer.content) == (200, b"")


def _changed(member: Member, kind: FaultKind) -> tuple[Page, Page]:
    for _ in range(3):
        member.post_job()
    member.simulator.fault(kind)
    broken = member.visitor.get("/")
    member.visitor.get("/profile")  # has nothing that could be changed
    assert _applied(member) == 1
    member.simulator.clear_faults()
    return broken, member.visitor.get("/")


def test_a_total_that_does_not_fit(signed_in: Member) -> None:
    broken, right = _changed(signed_in, "wrong_total")
    assert (broken.text(".nav .badge"), len(broken.rows)) == ("10", 3)
    assert right.text(".nav .badge") == "3"


def test_a_board_without_its_table(signed_in: Member) -> None:
    broken, right = _changed(signed_in, "missing_table")
    assert broken.html.css_first("table") is None
    assert broken.text(".header__name") == signed_in.name
    assert len(right.rows) == 3


def test_other_headings(signed_in: Member) -> None:
    broken, right = _changed(signed_in, "renamed_headings")
    assert not set(broken.texts("th.table__heading")) & set(right.texts("th.table__heading"))
    assert len(broken.html.css("tbody tr")) == 3


def test_sessions_that_began_before_end_and_new_ones_live(signed_in: Member) -> None:
    number = signed_in.post_job()
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    signed_in.simulator.fault("expire_sessions")
    assert signed_in.visitor.post(*accept).status_code == 419
    assert signed_in.visitor.get("/").url.path == "/login"
    signed_in.visitor.sign_in(signed_in.email, signed_in.password)
    assert signed_in.visitor.get("/").row(number)
    assert signed_in.simulator.truth(number).accepts == ()


def test_a_session_can_end_at_the_very_accept(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.fault("expire_sessions", count=1, path="/matched$")
    accept = signed_in.visitor.get("/").row(number).forms["Accept"]
    assert signed_in.visitor.post(*accept).status_code == 419


@pytest.mark.parametrize(("remember_too", "leads_to"), [(True, "/login"), (False, "/")])
def test_long_lived_cookies_end_with_the_sessions_or_not(member: Member, remember_too: bool, leads_to: str) -> None:
    member.visitor.sign_in(member.email, member.password, remember=True)
    member.simulator.fault("expire_sessions", remember_too=remember_too)
    assert member.visitor.get("/").url.path == leads_to
    member.visitor.sign_in(member.email, member.password, remember=True)
    assert member.visitor.get("/").url.path == "/"


def test_messages_can_be_swallowed(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.fault("swallow_messages", count=1)
    page = signed_in.visitor.accept(number)
    assert page.messages == []
    assert page.row(number).cells["Status"] == "assigned"
    assert signed_in.visitor.get("/").messages == []
    assert _applied(signed_in) == 1


def test_a_terms_overlay_covers_every_page_until_it_is_agreed_to(signed_in: Member) -> None:
    number = signed_in.post_job()
    signed_in.simulator.fault("terms_overlay")
    for path in ("/", f"/interpreter-jobs/{number}", "/profile"):
        assert signed_in.visitor.get(path).html.css_first("#terms") is not None
    page = signed_in.visitor.get("/")
    assert page.row(number).cells["Status"] == "matched", "the page under it is complete"
    token = page.attribute("#terms form input[name=_token]", "value")
    page = signed_in.visitor.send((page.attribute("#terms form", "action"), {"_token": token}))
    assert page.html.css_first("#terms") is None
    assert signed_in.visitor.get(f"/interpreter-jobs/{number}").html.css_first("#terms") is None


def test_a_fault_strikes_so_often_and_where_it_is_told_to(signed_in: Member) -> None:
    signed_in.simulator.fault("server_error", count=2, path=r"[?&]page=2", method="GET")
    statuses = [signed_in.visitor.http.get(path).status_code for path in ("/", "/?page=2", "/?page=2", "/?page=2")]
    assert statuses == [200, 500, 500, 200]


def test_a_fault_lasts_so_long(signed_in: Member) -> None:
    # taken before the fault begins: however busy the machine is, what is measured is never shorter than the fault
    begun = time.monotonic()
    signed_in.simulator.fault("server_error", seconds=0.3)
    while signed_in.visitor.http.get("/").status_code == 500:
        assert time.monotonic() - begun < 20
    assert time.monotonic() - begun >= 0.29


def test_no_fault_strikes_the_style_sheet_or_the_control_interface(signed_in: Member) -> None:
    signed_in.simulator.fault("server_error")
    assert signed_in.visitor.http.get("/css/app.css").status_code == 200
    assert signed_in.simulator.health()["status"] == "ok"


def test_faults_strike_together(signed_in: Member) -> None:
    signed_in.post_job()
    signed_in.simulator.fault("wrong_total")
    signed_in.simulator.fault("renamed_headings")
    page = signed_in.visitor.get("/")
    assert page.text(".nav .badge") == "8"
    assert "Ref" not in page.texts("th.table__heading")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"kind": "earthquake"}, "maintenance"),
        ({"kind": "drop", "path": "("}, "not a regular expression"),
        ({"kind": "drop", "count": 0}, "count"),
        ({"kind": "drop", "seconds": -1}, "seconds"),
        ({"kind": "drop", "colour": "red"}, "colour"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(
    shared_simulator: SimulatorProcess, asked: dict[str, object], words: str
) -> None:
    answer = httpx.post(f"{shared_simulator.control_url}/faults", json=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert re.search(words, answer.json()["detail"])
    assert shared_simulator.faults() == []
