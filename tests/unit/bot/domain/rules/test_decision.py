"""What a decision says of itself."""

from bot.domain.busy_calendar import Calendar
from bot.domain.job import Job
from bot.domain.rules.decision import Decision
from bot.domain.rules.evaluate import decide
from bot.domain.rules.rule_set import Caps, Rules
from tests.support.domain_examples import NOW, a_job


def ask(job: Job, rules: Rules, *, calendar: Calendar | None = None, caps: Caps | None = None) -> Decision:
    return decide(job, rules, calendar or Calendar(), caps or Caps(), NOW)


def test_only_caps_in_the_way_is_told_from_other_reasons() -> None:
    full = Caps(accepted_this_run=5)
    rules = Rules(max_accept_per_run=5, exclude_types=("BSL",))
    assert ask(a_job(), rules, caps=full).only_caps_refuse
    assert not ask(a_job(kind="BSL"), rules, caps=full).only_caps_refuse
    assert not ask(a_job(), rules).only_caps_refuse
