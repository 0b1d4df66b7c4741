"""Where Postgres and Redis come from: addresses that are given, Docker, the packages; and once chosen, again.

No Docker engine can be had here, so a program called ``docker`` stands in for its client; what it would have started
are real servers.
"""

import io
import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from system import paths, settings
from system.console import Problem, Terminal
from system.servers.backing import Storage
from system.servers.postgres import PostgresServer
from system.servers.redis import RedisServer

_DOCKER = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
  "compose version"|info*) exit {answers} ;;
  *" ps "*) cat {running} ;;
  *" up "*) [ {up} = 0 ] || {{ echo "Error: port is already allocated" >&2; exit {up}; }} ;;
esac
"""


@pytest.fixture
def where(run_folder: Path) -> paths.Paths:
    folder = run_folder / f"storage-{uuid.uuid4().hex[:8]}"
    return paths.make(folder / "data", folder / "data" / "logs")


class _Docker:
    """The stand-in for the docker client, first on the PATH."""

    def __init__(self, folder: Path) -> None:
        self._program = folder / "docker"
        self._calls = folder / "calls"
        self.running = folder / "running"
        self.running.write_text("")
        self.set()

    def set(self, *, answers: bool = True, up: int = 0) -> None:
        self._program.write_text(
            _DOCKER.format(calls=self._calls, running=self.running, answers=0 if answers else 1, up=up)
        )
        self._program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Docker:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return _Docker(folder)


@pytest.fixture
def postgres_with_port(run_folder: Path, free_port: Callable[[], int]) -> Iterator[tuple[int, PostgresServer]]:
    """What the container would be: a server with the user and the database of docker-compose.yml, on a port."""
    port = free_port()
    place = run_folder / f"postgres-{uuid.uuid4().hex[:8]}"
    options = {"listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": ""}
    server = PostgresServer(place, log=place.with_suffix(".log"), settings={**options, "fsync": "off"})
    server.url = lambda database="postgres": f"postgresql://postgres@127.0.0.1:{port}/{database}"  # type: ignore[method-assign]  # by port
    server.start()
    server._execute(psycopg2.sql.SQL("CREATE USER atoz SUPERUSER"))
    server.create_database("atoz")
    yield port, server
    server.kill()


def _storage(where: paths.Paths, **wanted: str) -> tuple[Storage, io.StringIO]:
    said = io.StringIO()
    found, environment = settings.load({settings.ENV_FILE: "", **wanted})
    return Storage(found, where, Terminal(said), {**os.environ, **environment}), said


def _server_version(address: str) -> str:
    connection = psycopg2.connect(address)
    try:
        return str(connection.info.server_version // 10000)
    finally:
        connection.close()


def test_docker_is_used_where_an_engine_answers_and_what_it_started_is_stopped(
    where: paths.Paths, docker: _Docker, postgres_with_port: tuple[int, PostgresServer], redis_server: RedisServer
) -> None:
    ports = {"POSTGRES_PORT": str(postgres_with_port[0]), "REDIS_PORT": str(redis_server.port)}
    storage, said = _storage(where, **ports)
    storage.open()
    assert "docker compose" in said.getvalue()
    assert storage.servers == []
    # practice keeps apart from the owner's records
    assert storage.database_url == f"postgresql://atoz@127.0.0.1:{postgres_with_port[0]}/atoz_practice"
    assert storage.redis_url == f"redis://127.0.0.1:{redis_server.port}/1"
    assert _server_version(storage.database_url) == "18"
    storage.stop()
    assert docker.calls[-2].endswith("up --detach --wait database redis")
    assert docker.calls[-1].endswith("stop database redis")


def test_the_password_of_the_database_in_docker_is_in_its_address(
    where: paths.Paths, docker: _Docker, postgres_with_port: tuple[int, PostgresServer], redis_server: RedisServer
) -> None:
    port, server = postgres_with_port
    server._execute(psycopg2.sql.SQL("ALTER USER atoz PASSWORD 'a/b@c'"))
    # as the image does where there is a password: everybody is asked for it
    rules = server.cluster / "pg_hba.conf"
    rules.write_text("host all postgres all trust\nhost all all all scram-sha-256\n")
    server._execute(psycopg2.sql.SQL("SELECT pg_reload_conf()"))
    ports = {"POSTGRES_PORT": str(port), "REDIS_PORT": str(redis_server.port)}
    storage, said = _storage(where, **ports, POSTGRES_PASSWORD="a/b@c")
    storage.open()
    assert storage.database_url == f"postgresql://atoz:a%2Fb%40c@127.0.0.1:{port}/atoz_practice"
    assert _server_version(storage.database_url) == "18"
    assert "a/b@c" not in said.getvalue()
    storage.stop()
    # a container that was made with another one
    for own in ({}, {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "a-word"}):
        with pytest.raises(Problem) as raised:
            _storage(where, **ports, **own, POSTGRES_PASSWORD="another")[0].open()
        assert str(raised.value).startswith("the Postgres in Docker cannot be used: ")
        assert "; POSTGRES_PASSWORD must be the one that it was made with" in str(raised.value)
    assert docker.calls


def test_what_ran_before_in_docker_goes_on(
    where: paths.Paths, docker: _Docker, postgres_with_port: tuple[int, PostgresServer], redis_server: RedisServer
) -> None:
    docker.running.write_text("database\nredis\n")
    own = {"ATOZ_USERNAME": "me", "ATOZ_PASSWORD": "a-word"}
    ports = {"POSTGRES_PORT": str(postgres_with_port[0]), "REDIS_PORT": str(redis_server.port)}
    storage, _ = _storage(where, **own, **ports)
    storage.open()
    assert storage.database_url.endswith("/atoz")
    assert storage.redis_url.endswith("/0")
    storage.stop()
    assert not any(" stop " in call for call in docker.calls)


def test_what_was_chosen_once_is_chosen_again(
    where: paths.Paths, docker: _Docker, free_port: Callable[[], int]
) -> None:
    docker.set(answers=False)
    wanted = {"REDIS_PORT": str(free_port())}
    storage, said = _storage(where, **wanted)
    storage.open()
    assert f"data in {where.postgres}" in said.getvalue()
    storage.stop()

    # an engine was installed since: the records are where they were
    docker.set(answers=True)
    again, said = _storage(where, **wanted)
    again.open()
    assert f"data in {where.postgres}" in said.getvalue()
    again.stop()

    (where.run / "servers.json").write_text(json.dumps({"from": "docker"}))
    docker.set(answers=False)
    with pytest.raises(Problem, match="the records of earlier runs are in Docker"):
        _storage(where, **wanted)[0].open()


def test_a_wish_for_docker_without_an_engine_is_one_line(where: paths.Paths, docker: _Docker) -> None:
    docker.set(answers=False)
    with pytest.raises(Problem, match="ATOZ_SERVERS is docker, but no Docker engine with compose answers"):
        _storage(where, ATOZ_SERVERS="docker")[0].open()


def test_what_docker_says_is_passed_on(where: paths.Paths, docker: _Docker) -> None:
    docker.set(up=1)
    with pytest.raises(Problem, match=r"Error: port is already allocated \(set ATOZ_SERVERS=packages"):
        _storage(where)[0].open()


def test_addresses_that_are_given_are_used_as_they_stand(
    where: paths.Paths, docker: _Docker, postgres_url: str, redis_server: RedisServer
) -> None:
    storage, _ = _storage(where, DATABASE_URL=postgres_url, REDIS_URL=redis_server.url)
    storage.open()
    assert (storage.database_url, storage.redis_url) == (postgres_url, redis_server.url)
    assert storage.servers == []
    storage.stop()
    assert redis_server.is_running
    assert docker.calls == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://127.0.0.1:1/0", "REDIS_URL: the Redis at 127.0.0.1:1 cannot be used"),
        ("http://127.0.0.1:1", "REDIS_URL: "),
    ],
)
def test_a_redis_that_cannot_be_used_is_one_line(
    where: paths.Paths, postgres_url: str, address: str, said: str
) -> None:
    with pytest.raises(Problem) as raised:
        _storage(where, DATABASE_URL=postgres_url, REDIS_URL=address)[0].open()
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)


def test_no_password_is_shown(where: paths.Paths, redis_server: RedisServer) -> None:
    address = "postgresql://me:a-secret-word@127.0.0.1:1/atoz"
    storage, said = _storage(where, DATABASE_URL=address, REDIS_URL=redis_server.url)
    with pytest.raises(Problem) as raised:
        storage.open()
    assert "a-secret-word" not in str(raised.value) + said.getvalue()
