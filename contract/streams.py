"""Every Redis key, stream, group and length of the system, in one place."""

from contract.wire import AccountId, SessionId

#: The stream of all bots' events; each entry has one field, ``EVENT_FIELD``.
EVENTS = "atoz:events"
EVENT_FIELD = b"event"
#: About how many entries the stream keeps. What is trimmed before it was read is sent again by the bot's outbox.
EVENTS_LENGTH = 200_000

#: The consumer group that brings events to Postgres. Consumer names are unique to a process.
INGEST_GROUP = "ingest"

#: A second field of an entry that was parked and is sent again: its place in the order is taken already, so it is
#: applied out of order.
RETRY_FIELD = b"retry"

#: Entries that could not be read or stored, kept as they came, with the reason.
PARKED = "atoz:events:parked"
PARKED_LENGTH = 10_000

#: Sorted set: session id -> time of its last heartbeat (Unix seconds), so that nobody has to scan keys.
SESSIONS_SEEN = "atoz:sessions"

#: Each entry of a command stream has one field, ``COMMAND_FIELD``.
COMMAND_FIELD = b"command"
COMMANDS_LENGTH = 1_000


def commands(session_id: SessionId) -> str:
    """The stream of commands to one session."""
    return f"atoz:commands:{session_id}"


def heartbeat(session_id: SessionId) -> str:
    """The key with a session's latest heartbeat, as JSON."""
    return f"atoz:heartbeat:{session_id}"


def ingested(session_id: SessionId) -> str:
    """Hash: outbox id -> highest ``seq`` that is committed in Postgres. The bot forgets what is at or below it."""
    return f"atoz:ingested:{session_id}"


#: The wanted configuration of all bots as JSON of ``VersionedConfiguration``; a bot reads it when it starts.
CONFIGURATION = "atoz:configuration"


def account_lease(account_id: AccountId) -> str:
    """The key that holds which session may claim for an account."""
    return f"atoz:lease:{account_id}"


def account_last_holder(account_id: AccountId) -> str:
    """The key that holds who had the lease last, for some time after the lease itself has ended; empty: given back."""
    return f"atoz:lease:{account_id}:last"


def account_awaited(account_id: AccountId) -> str:
    """The key that stands, and expires, while a bot on another machine waits for the lease; its value is that bot."""
    return f"atoz:lease:{account_id}:awaited"


def account_wait(account_id: AccountId) -> str:
    """The key that stands, and expires, while the portal wants to be left alone by every bot of an account.

    Its value is the session that the portal told so.
    """
    return f"atoz:wait:{account_id}"
