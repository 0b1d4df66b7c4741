"""The lines that a person reads."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.console.narrator import Narrator, Tone, Voice
from contract.events import CycleComplete, ErrorReported, JobProcessed, Notice, StatusUpdate
from contract.jobs import (
    ClaimState,
    Given,
    JobDecision,
    JobReport,
    JobTimes,
    PortalJob,
    RuleOutcome,
    Verdict,
)
from contract.sessions import LoginStatus, SessionState, SessionTotals

AT = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
ENVELOPE: dict[str, Any] = {
    "seq": 1,
    "outbox_id": "o",
    "session_id": "session-1",
    "account_id": "account-1",
    "at": AT,
}


def report(state: ClaimState | None = None, **more: Any) -> JobReport:
    matches = state is not None
    why = "This is Face to Face, and you never accept that kind."
    return JobReport(
        job=PortalJob(
            job_number="10432",
            reference="10432/atoz1",
            portal_id="10432",
            appointment_date=date(2026, 11, 25),
            appointment_time=time(9, 30),
            starts_at=datetime(2026, 11, 25, 9, 30, tzinfo=UTC),
            language="Polish",
            kind="Telephone Interpreting" if matches else "Face to Face",
            portal_status="matched",
        ),
        decision=JobDecision(
            verdict=Verdict.MATCH if matches else Verdict.NO_MATCH,
            summary="Every rule says yes." if matches else why,
            reasons=(RuleOutcome(rule="exclude_types", passed=matches, why=why),),
        ),
        claim_state=state,
        times=JobTimes(seen_at=AT, submitted_at=AT.replace(microsecond=140_000) if matches else None),
        **more,
    )


class Heard(list[tuple[Tone, str, str]]):
    def __init__(self, *, takes_answers: bool = False) -> None:
        super().__init__()
        self.narrator = Narrator(
            lambda *line: self.append(line), zone=ZoneInfo("Europe/London"), takes_answers=takes_answers
        )

    def job(self, told: JobReport) -> None:
        self.narrator.hear(JobProcessed(**ENVELOPE, portal="simulator", report=told))

    def status(self, state: SessionState, reason: str | None = None, **more: Any) -> None:
        fields = {"login_status": LoginStatus.SIGNED_IN, "totals": SessionTotals(checks=1234, accepted=2)} | more
        self.narrator.hear(StatusUpdate(**ENVELOPE, state=state, reason=reason, **fields))


@pytest.mark.parametrize(
    ("told", "tone", "text"),
    [
        (report(ClaimState.CONFIRMED), Tone.GOOD, "accepted (0.14 s after the bot saw it)."),
        (report(ClaimState.SUBMITTED), Tone.PLAIN, "the accept is sent; making sure that the job stays ours."),
        (report(ClaimState.LOST, loss_detail="Somebody else has it."), Tone.BAD, "not ours. Somebody else has it."),
        (report(ClaimState.TAKEN_BACK, loss_detail="Gone."), Tone.BAD, "taken back. Gone."),
        (
            report(ClaimState.UNKNOWN),
            Tone.BAD,
            "the portal has not said what came of the accept; it is asked again.",
        ),
        (
            report(ClaimState.OFFERED, offer_expires_at=datetime(2026, 11, 20, 10, 20, 30, tzinfo=UTC)),
            Tone.GOOD,
            "every rule says yes, and it waits for your answer until 10:20:30: answer in the dashboard.",
        ),
        (report(ClaimState.DECLINED), Tone.QUIET, "not accepted. You declined it."),
        (
            report(ClaimState.EXPIRED, loss_detail="Nobody answered until 10:20:30."),
            Tone.QUIET,
            "not accepted. Nobody answered until 10:20:30.",
        ),
        (
            report(ClaimState.LOST, given=Given.OURS),
            Tone.PLAIN,
            "yours without the bot: you took it on the portal, or the agency gave it to you.",
        ),
    ],
)
def test_what_becomes_of_a_job_is_one_line(told: JobReport, tone: Tone, text: str) -> None:
    heard = Heard()
    heard.job(told)
    assert [(line[0], line[2]) for line in heard] == [
        (tone, f"10432/atoz1, Telephone Interpreting, Polish, Wed 25 Nov 09:30: {text}")
    ]


def test_an_offer_can_be_answered_where_it_is_read() -> None:
    heard = Heard(takes_answers=True)
    heard.job(report(ClaimState.OFFERED))
    assert heard[0][2].endswith("it waits for your answer: type “yes 10432” or “no 10432”.")


def test_what_is_only_watched_says_so() -> None:
    heard = Heard()
    told = report(ClaimState.CONFIRMED).model_copy(update={"claim_state": None, "only_watched": True})
    heard.job(told)
    assert heard[0][2].endswith("every rule says yes; the bot only watches, so it is not accepted.")


def test_a_job_that_is_left_alone_says_why() -> None:
    heard = Heard()
    heard.job(report())
    assert heard[0][2].endswith("left alone. This is Face to Face, and you never accept that kind.")


def test_what_was_said_of_a_job_is_not_said_again() -> None:
    heard = Heard()
    for state in (ClaimState.MATCHED, ClaimState.CONFIRMED, ClaimState.HELD):
        heard.job(report(state))
    assert len(heard) == 1


def test_states_are_said_in_words_and_once() -> None:
    heard = Heard()
    heard.status(SessionState.SIGNING_IN, login_status=LoginStatus.SIGNING_IN)
    heard.status(SessionState.RUNNING, interpreter_name="Ada Example")
    heard.status(SessionState.RUNNING, interpreter_name="Ada Example")
    heard.status(SessionState.RUNNING, "the portal does not answer")
    heard.status(SessionState.STOPPED)
    assert [line[2] for line in heard] == [
        "Signing in.",
        "Signed in as Ada Example; watching the board.",
        "Signed in; watching the board. The portal does not answer",
        "Stopped. 1,234 looks at the board: 2 accepted, 0 left alone, 0 lost to others.",
    ]


def test_errors_say_what_to_do_and_notices_are_said() -> None:
    heard = Heard()
    heard.narrator.hear(ErrorReported(**ENVELOPE, code="x", message="It broke.", what_to_do="mend it"))
    heard.narrator.hear(Notice(**ENVELOPE, action="cap_reached", message="Enough."))
    assert [(line[0], line[2]) for line in heard] == [
        (Tone.BAD, "It broke. What to do: mend it."),
        (Tone.PLAIN, "Enough."),
    ]


def test_a_look_at_the_board_is_not_worth_a_line_but_counts() -> None:
    heard = Heard()
    totals = SessionTotals(checks=7)
    heard.narrator.hear(CycleComplete(**ENVELOPE, duration_ms=1, pages=1, jobs_on_board=0, new_jobs=0, totals=totals))
    assert heard == []
    assert heard.narrator.totals == totals


def test_a_voice_says_everything_before_it_ends_and_survives_a_closed_terminal() -> None:
    said: list[str] = []
    voice = Voice(said.append)
    for number in range(100):
        voice.line(str(number))
    voice.close()
    assert said == [str(number) for number in range(100)]

    def closed(_: str) -> None:
        raise BrokenPipeError

    silent = Voice(closed)
    silent.line("nobody listens")
    silent.close()
