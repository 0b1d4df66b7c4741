"""The answer of the owner's rules to one job."""

from dataclasses import dataclass

from common.states import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleAnswer:
    """One rule's answer, in a sentence that an interpreter understands."""

    #: the setting's name, e.g. ``job_type_filter``
    rule: str
    passed: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Every rule is asked, also after one said no: the owner sees all that stood in the way."""

    verdict: Verdict
    reasons: tuple[RuleAnswer, ...]

    @property
    def summary(self) -> str:
        """One sentence for a list."""
        refused = [answer.why for answer in self.reasons if not answer.passed]
        return refused[0] if refused else "Every rule says yes."

    @property
    def only_caps_refuse(self) -> bool:
        """Nothing but a cap stands in the way: worth another look when a place becomes free."""
        refused = [answer for answer in self.reasons if not answer.passed]
        return bool(refused) and all(answer.rule.startswith("max_accept") for answer in refused)
