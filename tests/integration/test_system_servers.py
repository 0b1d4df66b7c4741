"""The servers from the packages: real ones, durable, and gone when they are told to go."""

import os
import signal
import stat

import psutil
import psycopg2
import pytest
import redis

from common import process_tree
from system.servers.postgres import PostgresServer
from system.servers.process import ServerError
from system.servers.redis import RedisServer


def _write(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def _read(url: str, query: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    connection.close()
    return rows


def test_postgres_is_18_and_a_test_has_a_database_of_its_own(postgres_url: str) -> None:
    assert str(_read(postgres_url, "SHOW server_version")[0][0]).startswith("18")
    assert _read(postgres_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_postgres_listens_on_a_socket_that_only_its_owner_reaches(own_postgres_server: PostgresServer) -> None:
    pid = own_postgres_server.pid
    assert pid is not None
    listening = [one for one in psutil.Process(pid).net_connections(kind="tcp") if one.status == psutil.CONN_LISTEN]
    assert listening == []
    for folder in (own_postgres_server.folder, own_postgres_server.folder / "socket", own_postgres_server.cluster):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_postgres_keeps_what_was_committed_when_it_is_killed(own_postgres_server: PostgresServer) -> None:
    url = own_postgres_server.ensure_database("atoz")
    _write(url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    own_postgres_server.kill()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(url)
    own_postgres_server.start()
    assert own_postgres_server.ensure_database("atoz") == url
    assert _read(url, "SELECT count(*) FROM kept") == [(1000,)]


def test_a_second_start_on_the_same_folder_ends_the_server_that_was_left(own_postgres_server: PostgresServer) -> None:
    left = own_postgres_server.pid
    assert left is not None
    after = PostgresServer(own_postgres_server.folder, log=own_postgres_server.log)
    after.start()
    try:
        assert after.pid != left
        assert not own_postgres_server.is_running
        assert _read(after.url(), "SELECT 1") == [(1,)]
    finally:
        after.stop()


def test_redis_keeps_what_it_was_told_over_stop_and_kill(redis_server: RedisServer) -> None:
    client = redis.Redis.from_url(redis_server.url)
    client.xadd("stream", {"event": b"one"})
    redis_server.stop()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    redis_server.start()
    assert client.xlen("stream") == 1
    client.xadd("stream", {"event": b"two"})
    redis_server.kill()
    redis_server.start()
    assert client.xlen("stream") == 2
    client.close()


def test_redis_listens_on_loopback_alone(redis_server: RedisServer) -> None:
    assert redis_server.pid is not None
    addresses = {one.laddr.ip for one in psutil.Process(redis_server.pid).net_connections(kind="tcp")}
    assert addresses == {"127.0.0.1"}


def test_redis_on_a_taken_port_says_so_instead_of_using_the_other_server(redis_server: RedisServer) -> None:
    second = RedisServer(redis_server.folder / "second", port=redis_server.port, log=redis_server.log)
    with pytest.raises(ServerError, match=r"Failed listening on port|something else answers"):
        second.start(patience_seconds=2)
    assert not second.is_running


def test_a_stopped_server_leaves_no_process(own_postgres_server: PostgresServer) -> None:
    pid = own_postgres_server.pid
    assert pid is not None
    family = process_tree.with_descendants(psutil.Process(pid))
    assert len(family) > 1
    own_postgres_server.stop()
    assert [one for one in family if process_tree.is_alive(one)] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as another user")
def test_root_runs_postgres_as_a_user_of_its_own(own_postgres_server: PostgresServer) -> None:
    pid = own_postgres_server.pid
    assert pid is not None
    assert psutil.Process(pid).username() == "atoz-postgres"
    psutil.Process(pid).send_signal(signal.SIGHUP)  # root still reaches it
