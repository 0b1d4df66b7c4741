"""Nothing is lost or wrongly claimed, seen on the whole system: servers that go away, rivals that are fast."""

import time

from system.servers.postgres import PostgresServer
from system.servers.redis import RedisServer
from tests.e2e.conftest import Launch
from tests.e2e.launched import Arrivals, LaunchedSystem, eventually

#: How long a server is away while jobs arrive.
AWAY_SECONDS = 20.0


def test_redis_and_postgres_may_be_away_while_jobs_arrive(
    launch: Launch, redis_server: RedisServer, own_postgres_server: PostgresServer
) -> None:
    system = launch(REDIS_URL=redis_server.url, DATABASE_URL=own_postgres_server.ensure_database("atoz"))
    system.start()
    system.quieten()
    eventually(lambda: bool(system.status()["status"] == "running"), 30, "the bot did not come to watch")
    for server in (redis_server, own_postgres_server):
        held_before = system.held()
        server.stop()
        with Arrivals(system, 0.5) as arrivals:
            time.sleep(AWAY_SECONDS)
        # the portal knows it: jobs went on being accepted while the server was away
        eventually(
            lambda arrivals=arrivals: arrivals.numbers <= system.held(),  # type: ignore[misc]
            10,
            f"jobs were not accepted while {server.name} was away",
        )
        assert held_before < system.held()
        server.start()
        system.wait_until_accepted(arrivals.numbers, 30)


def test_nothing_is_shown_as_accepted_that_a_rival_got(launch: Launch) -> None:
    system = launch()
    system.start()
    # rivals as fast as we are, on a portal that gives a job to whoever is written last
    rivals = {"rivals": 4, "rival_share": 0.8, "rival_reaction_ms": [100, 1500]}
    system.simulator("PUT", "/settings", jobs_per_minute=240, diary_limit=None, **rivals)
    time.sleep(40)
    system.quieten()
    eventually(lambda: _is_settled(system), 90, lambda: f"shown {system.accepted()}, held {system.held()}")
    held = system.held()
    assert held
    assert system.numbers_by_status("lost", "taken_back"), "no rival was ever faster: nothing was shown"
    assert system.accepted() == held
    assert system.accepted_in_postgres() == held


def _is_settled(system: LaunchedSystem) -> bool:
    """Whether the last claims are decided and have been looked at once more: nothing changes any longer."""

    def state() -> tuple[set[str], set[str], set[str]]:
        return system.accepted(), system.held(), system.numbers_by_status("pending", "unknown")

    before = state()
    accepted, held, undecided = before
    if undecided or accepted != held:
        return False
    time.sleep(5)
    return state() == before
