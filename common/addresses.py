"""The addresses of Postgres and Redis as they are written in settings, checked before anything connects.

An address holds a password. Who gives a mistaken one to a library gets it back in the error's text, so a mistake is
found here, and told without the address. Pure: nothing is asked.
"""

import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

_POSTGRES = "it is no address of Postgres; write it like postgresql://user:password@host:5432/name"
_REDIS = "it is no address of Redis; write it like redis://:password@host:6379/0"
_ESCAPES = ", with @ : / ? # % [ ] in a name or a password as %40 %3A %2F %3F %23 %25 %5B %5D"

_POSTGRES_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+psycopg2"})
_REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
_HIGHEST_PORT = 65535

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_HOST = re.compile(r"(?:\[[^\[\]]*\]|[^\[\]:]*)(?::(?P<port>\d*))?", re.ASCII)


def postgres_address(text: str) -> str:
    """The address as libpq takes it. Raises ValueError, whose text holds nothing of the address."""
    scheme, _, rest = text.strip().partition("://")
    if scheme not in _POSTGRES_SCHEMES or not rest:
        raise ValueError(_POSTGRES)
    authority, path, query = _parts(rest)
    # libpq ends the name and the password at the first @ and would take the rest for the host, and show it
    well = authority.count("@") <= 1 and "@" not in path and not _BAD_ESCAPE.search(rest)
    if not well or not _names_hosts(authority) or any(one.count("=") != 1 for one in query.split("&") if query):
        raise ValueError(_POSTGRES + _ESCAPES)
    # written for SQLAlchemy, an address names its driver
    return f"postgresql://{rest}"


def redis_address(text: str) -> str:
    """The address as redis-py takes it. Raises ValueError, whose text holds nothing of the address."""
    text = text.strip()
    scheme, _, rest = text.partition("://")
    if scheme not in _REDIS_SCHEMES or not rest:
        raise ValueError(_REDIS)
    authority, path, _ = _parts(rest)
    host = scheme == "unix" or _host(authority)
    if not host or "@" in path or "#" in rest or not _names_hosts(authority) or not _can_be_split(text):
        raise ValueError(_REDIS + _ESCAPES)
    return text


def shown(address: str) -> str:
    """Where the address leads, without the name and the password."""
    authority, _, _ = _parts(address.partition("://")[2])
    return _host(authority) or "a local socket"


def _parts(rest: str) -> tuple[str, str, str]:
    """What follows the scheme: hosts with name and password, path, query."""
    before, _, query = rest.partition("?")
    authority, slash, path = before.partition("/")
    return authority, slash + path, query


def _host(authority: str) -> str:
    return authority.rpartition("@")[2]


def _names_hosts(authority: str) -> bool:
    """Whether each host, of which Postgres allows several, is well formed and its port is one."""
    for one in _host(authority).split(","):
        found = _HOST.fullmatch(one)
        if found is None or (found["port"] and not 0 < int(found["port"]) <= _HIGHEST_PORT):
            return False
    return True


def _can_be_split(text: str) -> bool:
    try:
        urlsplit(text)
    except ValueError:  # a bracket in the password
        return False
    return True


def _checked(check: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda address: SecretStr(check(address.get_secret_value())))


#: An address of Postgres in settings, as libpq takes it.
PostgresAddress = Annotated[SecretStr, _checked(postgres_address)]
#: An address of Redis in settings, as redis-py takes it.
RedisAddress = Annotated[SecretStr, _checked(redis_address)]
