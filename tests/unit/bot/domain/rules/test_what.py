"""The rules about what a job is."""

from typing import Any

import pytest

from bot.domain.busy_calendar import Calendar
from bot.domain.job import Job
from bot.domain.rules.decision import Decision, RuleAnswer
from bot.domain.rules.evaluate import decide
from bot.domain.rules.rule_set import Caps, Rules, WordRule
from common.states import PortalAction, Verdict
from tests.support.domain_examples import NOW, a_job


def ask(job: Job, rules: Rules, *, calendar: Calendar | None = None, caps: Caps | None = None) -> Decision:
    return decide(job, rules, calendar or Calendar(), caps or Caps(), NOW)


def answer(decision: Decision, rule: str) -> RuleAnswer | None:
    found = [one for one in decision.reasons if one.rule == rule]
    assert len(found) <= 1
    return found[0] if found else None


def says(job: Job, rules: Rules, rule: str, **more: Any) -> bool | None:
    """The rule's answer, after checking that the verdict goes with it; None where it did not answer."""
    decision = ask(job, rules, **more)
    found = answer(decision, rule)
    if found is None:
        return None
    assert found.why.endswith(".")
    if not found.passed:
        assert decision.verdict is Verdict.NO_MATCH
    return found.passed


FACE_TO_FACE: dict[str, Any] = {"kind": "Face to Face"}


@pytest.mark.parametrize(
    ("status", "action", "passed", "why"),
    [
        ("matched", PortalAction.ACCEPT, True, "The portal offers this job to you."),
        ("Matched", PortalAction.ACCEPT, True, "The portal offers this job to you."),
        ("matched", PortalAction.QUOTE, False, "The client wants a quote first; such a job cannot be accepted."),
        ("matched", PortalAction.NONE, False, "The portal offers no way to accept this job."),
        # the row of a rejected job still shows the accept form
        ("rejected", PortalAction.ACCEPT, False, "You rejected this job on the portal."),
        ("assigned", PortalAction.ACCEPT, False, "This job is yours already."),
        ("assigned", PortalAction.NONE, False, "This job is yours already."),
        ("cancelled", PortalAction.NONE, False, "This job was cancelled or given to somebody else."),
        ("completed", PortalAction.ACCEPT, False, "This job is done."),
        ("quoted", PortalAction.NONE, False, "You sent a quote for this job; it is the client's turn."),
        ("on hold", PortalAction.ACCEPT, False, "The portal shows this job as “on hold”, which cannot be accepted."),
    ],
)
def test_only_what_the_portal_offers_is_accepted(status: str, action: PortalAction, passed: bool, why: str) -> None:
    found = answer(ask(a_job(portal_status=status, action=action), Rules()), "portal_status")
    assert found == RuleAnswer(rule="portal_status", passed=passed, why=why)


@pytest.mark.parametrize(
    ("kind", "wanted", "excluded", "filter_says", "exclusion_says"),
    [
        ("Telephone Interpreting", ("Telephone Interpreting",), (), True, None),
        ("telephone-interpreting", ("Telephone Interpreting",), (), True, None),
        ("Telephone  interpreting ", ("TELEPHONE INTERPRETING",), (), True, None),
        ("Face to Face", ("Telephone Interpreting",), (), False, None),
        ("Face to Face", (), ("Face to Face",), True, False),
        ("Face-to-face", (), ("Face to Face",), True, False),
        ("BSL", (), ("Face to Face",), True, True),
        ("BSL", (), (), True, None),
        # nothing is known: a no as soon as the kind matters
        (None, (), (), True, None),
        (None, ("BSL",), (), False, None),
        (None, (), ("BSL",), False, False),
        ("  ", (), ("BSL",), False, False),
        # no part of a kind is that kind
        ("Telephone", ("Telephone Interpreting",), (), False, None),
    ],
)
def test_kinds(
    kind: str | None,
    wanted: tuple[str, ...],
    excluded: tuple[str, ...],
    filter_says: bool,
    exclusion_says: bool | None,
) -> None:
    rules = Rules(job_type_filter=wanted, exclude_types=excluded)
    job = a_job(kind=kind)
    assert says(job, rules, "job_type_filter") is filter_says
    assert says(job, rules, "exclude_types") is exclusion_says


def test_a_kind_that_the_portal_is_not_known_to_have_counts_as_unknown() -> None:
    rules = Rules(exclude_types=("Face to Face",), known_kinds=("Face to Face", "BSL"))
    decision = ask(a_job(kind="F2F"), rules)
    assert decision.verdict is Verdict.NO_MATCH
    assert "“F2F”" in decision.summary
    # where the kind does not matter, an unknown one does not either
    assert ask(a_job(kind="F2F"), Rules(known_kinds=("BSL",))).verdict is Verdict.MATCH


def test_the_exclusion_is_the_first_thing_that_is_said() -> None:
    rules = Rules(job_type_filter=("Telephone Interpreting",), exclude_types=("Face to Face",))
    decision = ask(a_job(kind="Face to Face"), rules)
    assert decision.summary == "This is Face to Face, and you never accept that kind."
    assert len([one for one in decision.reasons if not one.passed]) == 2


@pytest.mark.parametrize(
    ("missing", "passed"),
    [({}, True), ({"language": None}, False), ({"language": ""}, False), ({"postcode": None}, True)],
)
def test_required_fields(missing: dict[str, Any], passed: bool) -> None:
    rules = Rules(required_fields=("reference", "appointment_date", "appointment_time", "language"))
    assert says(a_job(**missing), rules, "required_fields") is passed


def test_required_fields_names_all_that_is_missing() -> None:
    rules = Rules(required_fields=("language", "appointment_time", "company_name"))
    decision = ask(a_job(language=None, appointment_time=None, company_name=None), rules)
    found = answer(decision, "required_fields")
    assert found is not None
    assert found.why == (
        "The portal shows no language, no appointment time and no company name, and you accept only jobs that show it."
    )


@pytest.mark.parametrize(
    ("language", "wanted", "excluded", "passed"),
    [
        ("Polish", ("Polish", "Ukrainian"), (), {"languages": True}),
        ("POLISH", ("polish",), (), {"languages": True}),
        ("German", ("Polish",), (), {"languages": False}),
        ("Polish (Silesian)", ("Polish",), (), {"languages": False}),
        (None, ("Polish",), (), {"languages": False}),
        ("German", (), ("German",), {"exclude_languages": False}),
        ("Polish", (), ("German",), {"exclude_languages": True}),
        (None, (), ("German",), {"exclude_languages": False}),
    ],
)
def test_languages(
    language: str | None, wanted: tuple[str, ...], excluded: tuple[str, ...], passed: dict[str, bool]
) -> None:
    rules = Rules(languages=wanted, exclude_languages=excluded)
    job = a_job(language=language)
    for rule in ("languages", "exclude_languages"):
        assert says(job, rules, rule) is passed.get(rule)


@pytest.mark.parametrize(
    ("minutes", "shortest", "longest", "passed"),
    [
        (60, 60, None, {"shortest_minutes": True}),
        (59, 60, None, {"shortest_minutes": False}),
        (120, None, 120, {"longest_minutes": True}),
        (121, None, 120, {"longest_minutes": False}),
        (None, 60, 120, {"shortest_minutes": False, "longest_minutes": False}),
        (0, 1, None, {"shortest_minutes": False}),
    ],
)
def test_duration(minutes: int | None, shortest: int | None, longest: int | None, passed: dict[str, bool]) -> None:
    rules = Rules(shortest_minutes=shortest, longest_minutes=longest)
    for rule in ("shortest_minutes", "longest_minutes"):
        assert says(a_job(duration_minutes=minutes), rules, rule) is passed.get(rule)


@pytest.mark.parametrize(
    ("job", "wanted", "excluded", "passed"),
    [
        ({"postcode": "M1 4BT", "address": "1 High Street\nManchester"}, ("M",), (), {"places": True}),
        ({"postcode": "ME4 4BT", "address": "1 High Street\nChatham"}, ("M",), (), {"places": False}),
        ({"postcode": "M11 4BT", "address": None}, ("M1",), (), {"places": False}),
        ({"postcode": None, "address": "1 High Street\nManchester"}, ("manchester",), (), {"places": True}),
        ({"postcode": None, "address": None}, ("M",), (), {"places": False}),
        # letters of the address are no area; without a whole postcode nothing is wanted, and everything excluded
        (
            {"postcode": "LS9 7TF", "address": "St James's Hospital\nLeeds"},
            ("S",),
            ("S",),
            {"places": False, "exclude_places": True},
        ),
        (
            {"postcode": "LS9", "address": "Unit E\nLeeds"},
            ("E", "LS"),
            ("E",),
            {"places": False, "exclude_places": False},
        ),
        ({"postcode": None, "address": "Unit E\nLeeds"}, ("E",), ("LS",), {"places": False, "exclude_places": False}),
        ({"postcode": "M1 4BT", "address": "1 High Street"}, (), ("LS",), {"exclude_places": True}),
        ({"postcode": "LS1 4BT", "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        ({"postcode": "M1 4BT", "address": None}, (), ("LS",), {"exclude_places": True}),
        ({"postcode": None, "address": "1 High Street"}, (), ("Leeds",), {"exclude_places": True}),
        ({"postcode": "Leeds", "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        # half an address does not show that it is not there
        ({"postcode": "M1 4BT", "address": None}, (), ("Salford",), {"exclude_places": False}),
        ({"postcode": None, "address": "1 High Street"}, (), ("LS",), {"exclude_places": False}),
        # nobody travels to a telephone
        (
            {"postcode": None, "address": None, "kind": "Telephone interpreting"},
            ("M",),
            ("LS",),
            {"places": True, "exclude_places": True},
        ),
        # an unknown kind may need travelling
        ({"postcode": None, "address": None, "kind": None}, ("M",), (), {"places": False}),
    ],
)
def test_places(
    job: dict[str, Any], wanted: tuple[str, ...], excluded: tuple[str, ...], passed: dict[str, bool]
) -> None:
    rules = Rules(places=wanted, exclude_places=excluded)
    for rule in ("places", "exclude_places"):
        assert says(a_job(**(FACE_TO_FACE | job)), rules, rule) is passed.get(rule)


@pytest.mark.parametrize(
    ("text", "rule", "wanted_says", "excluded_says"),
    [
        ("Crown Court, Leeds", WordRule(words=("court",)), True, False),
        ("a courtesy call", WordRule(words=("court",)), False, True),
        ("COURT", WordRule(words=("hospital", "court")), True, False),
        ("Mental Health Act", WordRule(words=("mental health",)), True, False),
        ("mental-health act", WordRule(words=("Mental Health",)), True, False),
        ("court", WordRule(words=("court",), fields=("client_name",)), False, True),
        (None, WordRule(words=("court",)), False, True),
    ],
)
def test_words(text: str | None, rule: WordRule, wanted_says: bool, excluded_says: bool) -> None:
    job = a_job(special_instructions=text)
    assert says(job, Rules(words_wanted=(rule,)), "words_wanted") is wanted_says
    assert says(job, Rules(words_excluded=(rule,)), "words_excluded") is excluded_says


def test_an_unread_page_may_hold_an_excluded_word() -> None:
    job = a_job(kind=None, company_name=None, client_name=None, qualification=None, security_check=None, gender=None)
    assert says(job, Rules(words_excluded=(WordRule(words=("court",)),)), "words_excluded") is False


@pytest.mark.parametrize(
    ("company", "client", "wanted", "excluded", "passed"),
    [
        ("Leeds Teaching Hospitals", "Ward 7", ("leeds teaching",), (), {"clients": True}),
        ("Leeds Teaching Hospitals", "Ward 7", ("Ward 7",), (), {"clients": True}),
        ("Leeds Teaching Hospitals", "Ward 7", ("Home Office",), (), {"clients": False}),
        (None, None, ("Home Office",), (), {"clients": False}),
        ("Home Office", "J. Smith", (), ("home office",), {"exclude_clients": False}),
        ("King's College", "Ward 7", (), ("Kings College",), {"exclude_clients": False}),
        ("King’s College", "Ward 7", ("King's College",), (), {"clients": True}),
        ("Police", "J. Smith", (), ("home office",), {"exclude_clients": True}),
        # the half that is not shown could be the excluded one
        (None, "J. Smith", (), ("home office",), {"exclude_clients": False}),
        ("Police", None, (), ("home office",), {"exclude_clients": False}),
    ],
)
def test_clients(
    company: str | None,
    client: str | None,
    wanted: tuple[str, ...],
    excluded: tuple[str, ...],
    passed: dict[str, bool],
) -> None:
    rules = Rules(clients=wanted, exclude_clients=excluded)
    for rule in ("clients", "exclude_clients"):
        assert says(a_job(company_name=company, client_name=client), rules, rule) is passed.get(rule)
