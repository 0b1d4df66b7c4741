"""Signing in to the simulator as the facts about the portal have it."""

import re
import time

import httpx
import pytest

from tests.support.fixtures_simulator import Member
from tests.support.simulator_client import AccountState, SimulatorProcess
from tests.support.simulator_visitor import Visitor


def test_the_sign_in_form_has_the_fields_of_the_portal(member: Member) -> None:
    page = member.visitor.get("/login")
    assert page.status == 200
    (form,) = page.html.css("form")
    assert form.attributes["method"] == "POST"
    assert (form.attributes["action"] or "").endswith("/login")
    fields = {node.attributes["name"]: node.attributes["type"] for node in form.css("input")}
    assert fields == {"_token": "hidden", "email": "email", "password": "password", "remember": "checkbox"}
    assert form.css_first("button[type=submit]") is not None
    assert page.text(".header__name") is None


@pytest.mark.parametrize("path", ["/", "/interpreter-jobs", "/?status=0&page=2", "/interpreter-jobs/10432", "/profile"])
def test_a_guest_is_sent_to_the_sign_in_and_then_to_the_page_first_asked_for(member: Member, path: str) -> None:
    answer = member.visitor.http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{member.simulator.base_url}/login")
    signed_in = member.visitor.sign_in(member.email, member.password)
    assert (signed_in.status_code, signed_in.headers["location"]) == (302, member.simulator.base_url + path)


def test_without_a_page_asked_for_the_sign_in_leads_to_the_board(member: Member) -> None:
    answer = member.visitor.sign_in(member.email, member.password)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{member.simulator.base_url}/")
    for path in ("/", "/interpreter-jobs", "/profile"):
        assert member.visitor.get(path).text(".header__name") == member.name
    assert member.visitor.get("/login").url.path == "/"


def test_the_e_mail_is_taken_in_any_capitals(member: Member) -> None:
    assert member.visitor.sign_in(member.email.upper(), member.password).headers["location"].endswith("/")
    assert member.visitor.get("/").text(".header__name") == member.name


def test_signing_in_changes_session_and_token(member: Member) -> None:
    before = member.visitor.get("/login").token
    session = member.visitor.http.cookies["laravel_session"]
    member.visitor.sign_in(member.email, member.password)
    assert member.visitor.http.cookies["laravel_session"] != session
    assert member.visitor.get("/").token != before


def test_wrong_credentials_come_back_with_the_reason_shown_once(member: Member) -> None:
    answer = member.visitor.sign_in(member.email, "not the password")
    assert (answer.status_code, answer.headers["location"]) == (302, f"{member.simulator.base_url}/login")
    page = member.visitor.get("/login")
    assert page.text(".invalid-feedback strong") == "These credentials do not match our records."
    assert page.texts(".message--error .message__text") == ["These credentials do not match our records."]
    assert member.visitor.get("/login").text(".invalid-feedback strong") is None
    assert member.visitor.get("/").url.path == "/login"


def test_five_wrong_tries_lock_the_account_for_that_address(member: Member) -> None:
    for _ in range(5):
        member.visitor.sign_in(member.email, "wrong")
        assert "match our records" in (member.visitor.get("/login").text(".invalid-feedback strong") or "")
    member.visitor.sign_in(member.email, member.password)
    told = member.visitor.get("/login").text(".invalid-feedback strong") or ""
    found = re.fullmatch(r"Too many login attempts\. Please try again in (\d+) seconds\.", told)
    assert found is not None
    assert 50 <= int(found[1]) <= 60
    assert member.visitor.get("/").url.path == "/login"
    with Visitor(member.simulator.base_url, address="127.0.0.2") as elsewhere:
        elsewhere.sign_in(member.email, member.password)
        assert elsewhere.get("/").text(".header__name") == member.name


def test_a_lockout_ends_by_itself(member: Member) -> None:
    member.simulator.set(lockout_seconds=0.3, lockout_tries=2)
    for _ in range(2):
        member.visitor.sign_in(member.email, "wrong")
    member.visitor.sign_in(member.email, member.password)
    assert "Too many login attempts" in (member.visitor.get("/login").text(".invalid-feedback strong") or "")
    board, deadline = f"{member.simulator.base_url}/", time.monotonic() + 20
    while member.visitor.sign_in(member.email, member.password).headers["location"] != board:
        assert time.monotonic() < deadline
    assert member.visitor.get("/").text(".header__name") == member.name


def test_a_right_password_forgets_the_wrong_ones(member: Member) -> None:
    for _ in range(3):
        for _ in range(4):
            member.visitor.sign_in(member.email, "wrong")
        assert member.visitor.sign_in(member.email, member.password).headers["location"].endswith("/")
        member.visitor.post("/logout", {"_token": member.visitor.get("/").token})
        assert member.visitor.get("/").url.path == "/login"


def test_a_disabled_account_is_told_so(member: Member) -> None:
    member.simulator.set_account_state(member.email, "disabled")
    member.visitor.sign_in(member.email, member.password)
    page = member.visitor.get("/login")
    assert page.text(".message--error") == "Your account is not enabled."
    assert member.visitor.get("/").url.path == "/login"


def test_an_account_that_is_disabled_while_signed_in_is_put_out(signed_in: Member) -> None:
    signed_in.simulator.set_account_state(signed_in.email, "disabled")
    page = signed_in.visitor.get("/")
    assert page.url.path == "/login"
    assert page.text(".message--error") == "Your account is not enabled."


@pytest.mark.parametrize(
    ("state", "leads_to"), [("unapproved", "/agent/profile/create"), ("unconfirmed", "/email/verify")]
)
def test_an_account_not_let_in_yet_is_sent_elsewhere(member: Member, state: AccountState, leads_to: str) -> None:
    member.simulator.set_account_state(member.email, state)
    member.visitor.sign_in(member.email, member.password)
    for path in ("/", "/interpreter-jobs", "/?status=0", "/interpreter-jobs/10432"):
        page = member.visitor.get(path)
        assert page.url.path == leads_to
        assert page.text(".header__name") == member.name


@pytest.mark.parametrize(
    "path", ["/interpreter-jobs/10432/matched", "/interpreter-jobs/10432/matched/reject", "/login"]
)
def test_a_post_with_an_old_token_or_none_answers_419(signed_in: Member, path: str) -> None:
    method = {"_method": "PUT"} if path.endswith("matched") else {}
    for token in ({"_token": "of some other day"}, {}):
        answer = signed_in.visitor.post(path, method | token)
        assert answer.status_code == 419
        assert "session has expired" in answer.text


def test_tokens_belong_to_their_session(member: Member, signed_in: Member) -> None:
    with Visitor(member.simulator.base_url) as other:
        strange = other.get("/login").token
    answer = signed_in.visitor.post("/interpreter-jobs/10432/matched", {"_method": "PUT", "_token": strange})
    assert answer.status_code == 419


def test_an_idle_session_ends_and_its_forms_with_it(member: Member) -> None:
    number = member.post_job()
    member.visitor.sign_in(member.email, member.password)
    accept = member.visitor.get("/").row(number).forms["Accept"]
    member.simulator.set(session_idle_seconds=0.001)
    assert member.visitor.http.get("/").headers["location"].endswith("/login")
    assert member.visitor.post(*accept).status_code == 419
    assert member.simulator.truth(number).accepts == ()


def test_requests_keep_a_session_alive(member: Member) -> None:
    member.visitor.sign_in(member.email, member.password)
    answer = member.visitor.http.get("/")
    cookies = answer.headers.get_list("set-cookie")
    assert any(re.match(r"laravel_session=[^;]+; Max-Age=7200; Path=/; HttpOnly", cookie) for cookie in cookies)


def test_remember_brings_a_session_back_and_sign_out_ends_that_too(member: Member) -> None:
    answer = member.visitor.sign_in(member.email, member.password, remember=True)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("remember_web_")]
    assert re.search(r"Max-Age=1576800\d\d", cookie)
    number = member.post_job()
    accept = member.visitor.get("/").row(number).forms["Accept"]
    member.visitor.http.cookies.delete("laravel_session")
    assert member.visitor.post(*accept).status_code == 419, "the token was the old session's"
    member.visitor.http.cookies.delete("laravel_session")
    assert member.visitor.get("/").text(".header__name") == member.name
    remembered = dict(member.visitor.http.cookies)
    member.visitor.post("/logout", {"_token": member.visitor.get("/").token})
    assert member.visitor.get("/").url.path == "/login"
    with httpx.Client(base_url=member.simulator.base_url, cookies=remembered) as thief:
        assert thief.get("/").status_code == 302, "the old long-lived cookie is worthless"


def test_without_remember_no_long_lived_cookie_is_set(signed_in: Member) -> None:
    assert set(signed_in.visitor.http.cookies) == {"laravel_session", "XSRF-TOKEN"}


def test_two_sessions_of_one_account_live_side_by_side(signed_in: Member) -> None:
    with Visitor(signed_in.simulator.base_url) as second:
        second.sign_in(signed_in.email, signed_in.password)
        assert second.get("/").text(".header__name") == signed_in.name
    assert signed_in.visitor.get("/").text(".header__name") == signed_in.name


def test_the_first_account_is_the_one_of_the_environment(simulator: SimulatorProcess) -> None:
    with Visitor(simulator.base_url) as visitor:
        visitor.sign_in(simulator.username, simulator.password)
        assert visitor.get("/").text(".header__name") == "Alex Practice"
    assert simulator.password not in simulator.said()
