"""What the owner may tell a running bot, and when it would be in vain."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.commands.schemas import CommandSent
from app.jobs import service as jobs
from app.jobs.schemas import JobRecord
from app.problems import Conflict
from app.sessions import service as sessions
from app.sessions.heartbeats import Sightings
from contract.commands import Approve, Command, Decline, Snapshot
from contract.jobs import ClaimState, JobStatus
from contract.sessions import SessionState

#: ``send(session_id, command)``; raises RedisAway.
Send = Callable[[str, Command], None]

#: The owner's clock, in messages.
_LONDON = ZoneInfo("Europe/London")

#: What became of a job that is no open offer.
_NO_OFFER: dict[JobStatus, str] = {
    JobStatus.PENDING: "the bot is working on it already",
    JobStatus.ACCEPTED: "it is accepted already",
    JobStatus.REJECTED: "your rules said no to it",
    JobStatus.LOST: "somebody else has it, or the portal refused",
    JobStatus.UNKNOWN: "the accept was sent already, and the bot is checking what came of it",
    JobStatus.TAKEN_BACK: "it was yours and was taken back",
    JobStatus.WATCHED: "the bot was told only to watch when it saw it",
    JobStatus.GIVEN: "it is yours already",
}


def approve(session: Session, seen: Sightings, send: Send, offer: jobs.WhichJob) -> CommandSent:
    """Tell the bot to take an offered job. Raises NotFound, Conflict and RedisAway."""
    job = _open_offer(session, seen, offer)
    send(job.session_id, Approve(issued_at=datetime.now(UTC), job_number=job.job_number))
    return CommandSent(
        message=f"The bot was told to take job {job.job_number}. Whether you got it shows here in a moment.",
        session_id=job.session_id,
    )


def decline(session: Session, seen: Sightings, send: Send, offer: jobs.WhichJob) -> CommandSent:
    """Tell the bot to leave an offered job. Raises NotFound, Conflict and RedisAway."""
    job = _open_offer(session, seen, offer)
    send(job.session_id, Decline(issued_at=datetime.now(UTC), job_number=job.job_number))
    return CommandSent(message=f"The bot was told to leave job {job.job_number}.", session_id=job.session_id)


def snapshot(session: Session, seen: Sightings, send: Send, session_id: str | None) -> CommandSent:
    """Have the bot keep a picture of the portal. Raises NotFound, Conflict and RedisAway."""
    status = sessions.status(session, seen, session_id)
    if not status.is_running or status.session_id is None:
        raise Conflict("The bot is not running, so it sees no portal to take a picture of. Start it first.")
    if status.status is SessionState.STOPPING:
        raise Conflict("The bot is stopping, so it takes no more pictures. Start it again first.")
    send(status.session_id, Snapshot(issued_at=datetime.now(UTC)))
    return CommandSent(
        message="The bot was told to take a picture of the portal. Where it is kept shows here in a moment.",
        session_id=status.session_id,
    )


def _open_offer(session: Session, seen: Sightings, which: jobs.WhichJob) -> JobRecord:
    """The offer, as long as an answer can still reach the bot in time. The bot itself has the last word."""
    job = jobs.find_job(session, which)
    if job.status is not JobStatus.OFFERED:
        raise Conflict(f"Job {job.job_number} does not wait for your answer: {_what_became(job)}.")
    if job.offer_expires_at is not None and job.offer_expires_at <= datetime.now(UTC):
        until = job.offer_expires_at.astimezone(_LONDON)
        raise Conflict(
            f"The time to answer for job {job.job_number} was over at {until:%H:%M:%S}. You can still look at the job "
            "on the portal."
        )
    sighting = seen.sessions.get(job.session_id)
    if sighting is None or not sighting.is_running or sighting.heartbeat.state is SessionState.STOPPING:
        raise Conflict(
            f"The bot that offered job {job.job_number} is not running, so it cannot be told. Take the job on the "
            "portal by hand if you want it."
        )
    return job


def _what_became(job: JobRecord) -> str:
    if job.status is JobStatus.DECLINED:
        return "you declined it" if job.claim_state is ClaimState.DECLINED else "it was not answered in time"
    return _NO_OFFER[job.status]
