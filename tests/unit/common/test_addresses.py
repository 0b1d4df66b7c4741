"""Addresses of Postgres and Redis: what libraries can use is taken, and a mistake is told without the address."""

import psycopg2.extensions
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from common.addresses import postgres_address, redis_address, shown

_SECRET = "SECRETPW"


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("postgresql://atoz@127.0.0.1:5432/atoz", "127.0.0.1:5432"),
        ("postgres://me:SECRETPW@db/bots", "db"),
        ("postgresql+psycopg2://me:SECRET[PW@db/bots", "db"),
        ("postgresql://me:SECRET%40PW@[::1]:5432/bots?sslmode=require", "[::1]:5432"),
        ("postgresql://me:SECRETPW#1@one:1,two:2/bots", "one:1,two:2"),
        ("postgresql://postgres@/atoz?host=/somewhere/with%20room", "a local socket"),
        ("postgresql:///atoz", "a local socket"),
    ],
)
def test_what_libpq_takes(written: str, where: str) -> None:
    address = postgres_address(written)
    psycopg2.extensions.parse_dsn(address)
    assert shown(written) == where


@pytest.mark.parametrize(
    "written",
    [
        "mysql://name:SECRETPW@127.0.0.1/x",
        "postgresql+asyncpg://name:SECRETPW@127.0.0.1/x",
        "postgresql://name:SECRETPW%zz@127.0.0.1/x",
        "postgresql://name:SECRETPW%00@127.0.0.1/x",
        "postgresql://name:SECRETPW@127.0.0.1:notaport/x",
        "postgresql://name:SECRETPW@127.0.0.1:70000/x",
        "postgresql://name:half@SECRETPW@127.0.0.1/x",
        "postgresql://name:half/SECRETPW@127.0.0.1/x",
        "postgresql://name:12/SECRETPW@127.0.0.1/x",
        "postgresql://name:half?SECRETPW@127.0.0.1/x",
        "postgresql://name@[::1/SECRETPW",
        "host=127.0.0.1 password=SECRETPW",
        "name:SECRETPW@127.0.0.1",
        "SECRETPW",
        "postgresql://",
    ],
)
def test_a_mistake_in_an_address_of_postgres_is_told_without_it(written: str) -> None:
    with pytest.raises(ValueError, match="no address of Postgres; write it like postgresql://user:") as raised:
        postgres_address(written)
    assert _SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("redis://127.0.0.1:6379/0", "127.0.0.1:6379"),
        ("rediss://name:SECRETPW@cache/2", "cache"),
        ("redis://:SECRET@PW@cache:1", "cache:1"),
        ("redis://[::1]:6379/0?socket_timeout=3", "[::1]:6379"),
        ("unix:///run/redis.sock?db=1", "a local socket"),
    ],
)
def test_what_redis_takes(written: str, where: str) -> None:
    Redis.from_url(redis_address(written)).close()
    assert shown(written) == where


@pytest.mark.parametrize(
    "written",
    [
        "foo",
        "http://:SECRETPW@127.0.0.1:1",
        "redis://:SECRETPW@127.0.0.1:notaport/0",
        "redis://:SECRET[PW@127.0.0.1/0",
        "redis://:SECRET/PW@127.0.0.1/0",
        "redis://:SECRET#PW@127.0.0.1/0",
        "redis://:12#SECRETPW@127.0.0.1/0",
        "redis://",
        "redis:///0",
    ],
)
def test_a_mistake_in_an_address_of_redis_is_told_without_it(written: str) -> None:
    with pytest.raises(ValueError, match="no address of Redis; write it like redis://:password@host:6379/0") as raised:
        redis_address(written)
    assert "SECRET" not in str(raised.value)


@given(st.text(alphabet="ab:/@?#%[]=,0 ", max_size=30))
def test_whatever_is_taken_libraries_can_read(text: str) -> None:
    for read, use in ((redis_address, Redis.from_url), (postgres_address, psycopg2.extensions.parse_dsn)):
        scheme = "redis" if read is redis_address else "postgresql"
        try:
            address = read(f"{scheme}://me:word@{text}")
        except ValueError:
            continue
        try:
            use(address)
        except (ValueError, psycopg2.ProgrammingError) as error:
            # an option that there is not; what is in front of the question mark was read
            assert "?" in text, error  # noqa: PT017  # whether it is raised depends on the text
