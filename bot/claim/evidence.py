"""What is kept as evidence of a claim: the row, the answer to the accept, the page that told the outcome."""

from collections.abc import Callable, Mapping

from bot.portal.models import AcceptAnswer, BoardRow, JobPage
from bot.state.claim_record import ClaimRecord

#: Takes a piece of evidence: its kind, the job's number, and the texts by name. Never waits.
KeepEvidence = Callable[[str, str, Mapping[str, str]], None]


def keep_nothing(kind: str, job_number: str, items: Mapping[str, str]) -> None:
    """Keep no evidence."""
    del kind, job_number, items


class ClaimEvidence:
    """Puts the evidence of claims together."""

    def __init__(self, keep: KeepEvidence) -> None:
        self._keep = keep

    def keep_answer(self, job_number: str, row: BoardRow, answer: AcceptAnswer) -> None:
        """Keep the row that was accepted, and the portal's answer."""
        said = [f"HTTP {answer.http_status}", *answer.messages]
        items = {"row.html": row.html, "answer.html": answer.html, "answer.txt": "\n".join(said)}
        self._keep("claim", job_number, items)

    def keep_missing_answer(self, job_number: str, row: BoardRow, error: Exception) -> None:
        """Keep the row that was accepted, and why there is no answer."""
        self._keep("claim", job_number, {"row.html": row.html, "answer.txt": f"No answer: {error}"})

    def keep_outcome(self, record: ClaimRecord, page: JobPage | None) -> None:
        """Keep the outcome in words, and the job's own page that told it; ``page`` None: the job is gone."""
        told = (record.state.value, record.loss_reason, record.loss_detail)
        items = {"outcome.txt": "\n".join(part for part in told if part)}
        if page is None:
            items["status.txt"] = "The portal says that the job is gone."
        else:
            items["status.html"] = page.html
        self._keep(f"claim_{record.state.value}", record.job.job_number, items)
