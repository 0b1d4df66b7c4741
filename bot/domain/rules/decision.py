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
    """The answers of all rules; each is asked, also after one refused, so that the owner sees every reason."""

    verdict: Verdict
    reasons: tuple[RuleAnswer, ...]

    @property
    def summary(self) -> str:
        """One sentence for a list: the first refusal, or that every rule agrees."""
        refused = [answer.why for answer in self.reasons if not answer.passed]
        return refused[0] if refused else "Every rule says yes."

    @property
    def refusals(self) -> frozenset[str]:
        """The names of the rules that refused; their sentences hold times and change every minute."""
        return frozenset(answer.rule for answer in self.reasons if not answer.passed)

    @property
    def only_caps_refuse(self) -> bool:
        """Whether caps alone refuse: the job may match when a place becomes free."""
        refused = [answer for answer in self.reasons if not answer.passed]
        return bool(refused) and all(answer.rule.startswith("max_accept") for answer in refused)
