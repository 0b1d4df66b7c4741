"""What every skin of the simulator has in common: the same jobs, rivals, faults and truth under other pages."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.fixtures_simulator import Member, new_member
from tests.support.simulator_client import AccountState, FaultKind, SimulatorProcess, Skin
from tests.support.simulator_forms import SentForm, form_on, option_of, sign_in


def _atoz(member: Member, number: str) -> SentForm:
    action, fields = member.visitor.get(f"/?search={number}").row(number).forms["Accept"]
    return SentForm(action, fields)


def _cards(member: Member, number: str) -> SentForm:
    return form_on(member.visitor.get(f"/board/job/{number}/take"), "form.answer--take")


def _script(member: Member, number: str) -> SentForm:
    return SentForm(f"/api/assignments/{number}/accept", {"csrf_token": member.visitor.get("/").token})


def _tickets(member: Member, number: str) -> SentForm:
    page = member.visitor.get(f"/tickets/{number}/edit")
    owner = option_of(page, "owner", member.name)
    return form_on(page, "#propertyform").filled(owner=owner, state="accepted", save="Submit changes")


#: How a job is taken, everything but the sending.
TAKING: dict[Skin, Callable[[Member, str], SentForm]] = {
    "atoz": _atoz,
    "cards": _cards,
    "script": _script,
    "tickets": _tickets,
}
#: Where the board is read, and what a page needs to be one.
BOARD: dict[Skin, tuple[str, str]] = {
    "atoz": ("/", "header__name"),
    "cards": ("/board", "whoami"),
    "script": ("/api/assignments", '"data"'),
    "tickets": ("/tickets", "metanav"),
}


@pytest.fixture(scope="module", params=list(TAKING))
def skinned(request: pytest.FixtureRequest) -> Iterator[SimulatorProcess]:
    with SimulatorProcess(skin=request.param, population=0) as process:
        yield process


@pytest.fixture
def member(skinned: SimulatorProcess) -> Iterator[Member]:
    with new_member(skinned) as somebody:
        name = f"Sam {somebody.email[:6]}"
        skinned.add_account(email=somebody.email, password=somebody.password, name=name)
        yield Member(skinned, somebody.email, somebody.password, name, somebody.visitor)


@pytest.fixture
def signed_in(member: Member) -> Member:
    assert sign_in(member.visitor, member.simulator.skin, member.email, member.password).has_redirect_location
    return member


def test_the_control_interface_tells_the_skin(skinned: SimulatorProcess) -> None:
    assert skinned.health()["skin"] == skinned.skin


def test_a_job_is_taken_once_and_the_truth_knows_it(signed_in: Member) -> None:
    number = signed_in.post_job()
    form = TAKING[signed_in.simulator.skin](signed_in, number)
    assert signed_in.simulator.truth(number).accepts == ()
    assert signed_in.visitor.post(form.action, form.fields).status_code in (200, 302, 303)
    truth = signed_in.simulator.truth(number)
    assert (truth.holder, truth.status) == (signed_in.us, "assigned")
    assert [(one.who, one.took_effect) for one in truth.accepts] == [(signed_in.us, True)]
    assert [entry.action for entry in truth.history] == ["posted", "accepted"]


def test_rivals_are_the_same(signed_in: Member) -> None:
    number = signed_in.post_job(rival_reaction_ms=0)
    assert signed_in.simulator.wait_for(number, lambda truth: truth.holder is not None).holder == "rival:1"


@pytest.mark.parametrize("kind", ["drop", "drop_after"])
def test_a_cut_connection_gives_no_answer_and_only_the_truth_tells(signed_in: Member, kind: FaultKind) -> None:
    number = signed_in.post_job()
    form = TAKING[signed_in.simulator.skin](signed_in, number)
    signed_in.simulator.fault(kind, count=1, method="POST")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        signed_in.visitor.post(form.action, form.fields)
    assert signed_in.simulator.truth(number).holder == (signed_in.us if kind == "drop_after" else None)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("maintenance", 503), ("server_error", 500), ("too_many_requests", 429), ("empty_body", 200), ("half_page", 200)],
)
def test_a_board_that_cannot_be_read_reads_again_afterwards(signed_in: Member, kind: FaultKind, status: int) -> None:
    signed_in.simulator.post_jobs(3, accounts=[signed_in.email])
    path, sign = BOARD[signed_in.simulator.skin]
    whole = signed_in.visitor.http.get(path).text
    assert sign in whole
    signed_in.simulator.fault(kind, count=1, retry_after_seconds=7)
    answer = signed_in.visitor.http.get(path)
    assert answer.status_code == status
    if status == 200:
        assert answer.text == ("" if kind == "empty_body" else whole[: len(whole) // 2])
    else:
        assert answer.headers["retry-after"] == "7"
        assert sign not in answer.text
    assert signed_in.visitor.http.get(path).text == whole


def test_no_fault_strikes_what_is_no_page(signed_in: Member) -> None:
    page = signed_in.visitor.get("/")
    files = [node.attributes["href"] or "" for node in page.html.css("link[rel=stylesheet]")]
    files += [node.attributes["src"] or "" for node in page.html.css("script[src]")]
    assert files
    signed_in.simulator.fault("server_error")
    assert [signed_in.visitor.http.get(file).status_code for file in files] == [200] * len(files)


def test_a_session_ends_when_it_is_idle(signed_in: Member) -> None:
    path, sign = BOARD[signed_in.simulator.skin]
    assert sign in signed_in.visitor.http.get(path).text
    signed_in.simulator.set(session_idle_seconds=0.001)
    assert sign not in signed_in.visitor.http.get(path).text
    signed_in.simulator.set(session_idle_seconds=7200)
    sign_in(signed_in.visitor, signed_in.simulator.skin, signed_in.email, signed_in.password)
    assert sign in signed_in.visitor.http.get(path).text


# the way of the skin atoz is in test_simulator_signin.py
@pytest.mark.parametrize("skinned", ["cards", "script", "tickets"], indirect=True, scope="module")
@pytest.mark.parametrize("state", ["disabled", "unapproved"])
def test_an_account_that_may_not_sign_in_is_told_so(
    skinned: SimulatorProcess, member: Member, state: AccountState
) -> None:
    skinned.add_account(email=member.email, password=member.password, state=state)
    answer = sign_in(member.visitor, skinned.skin, member.email, member.password)
    assert "password" in answer.text
    assert any(words in answer.text for words in ("suspended", "disabled", "approv"))
    path, sign = BOARD[skinned.skin]
    assert sign not in member.visitor.http.get(path).text


def test_an_account_that_is_disabled_is_signed_out(skinned: SimulatorProcess, signed_in: Member) -> None:
    path, sign = BOARD[skinned.skin]
    skinned.set_account_state(signed_in.email, "disabled")
    assert sign not in signed_in.visitor.http.get(path).text


def test_signing_out_ends_the_session(signed_in: Member) -> None:
    leave = {"atoz": "/logout", "cards": "/board/leave", "script": "/logout", "tickets": "/logout"}
    skin = signed_in.simulator.skin
    path, sign = BOARD[skin]
    token = form_on(signed_in.visitor.get("/"), f"form[action$='{leave[skin]}']") if skin != "script" else None
    fields = token.fields if token else {"csrf_token": signed_in.visitor.get("/").token}
    signed_in.visitor.post(leave[skin], fields)
    assert sign not in signed_in.visitor.http.get(path).text


def test_a_method_or_an_address_that_is_none_is_refused(signed_in: Member) -> None:
    path, _ = BOARD[signed_in.simulator.skin]
    assert signed_in.visitor.http.request("DELETE", path).status_code in (405, 419)
    assert signed_in.visitor.http.get("/no/such/page").status_code == 404
