"""Ports of this machine: a free one, and who holds a taken one."""

import errno
import socket

import psutil

from system.console import Problem


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now.

    Raises ``PermissionError`` for a port that this user may not listen on at all (below 1024).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # the servers set it too: a port whose last connections are still timing out is not taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
        return True


def holder(port: int) -> psutil.Process | None:
    """The process that listens on the port, where this user may know it."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:  # macOS tells root alone
        return None
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens and connection.pid:
            try:
                return psutil.Process(connection.pid)
            except psutil.NoSuchProcess:
                return None
    return None


def require_free(port: int, *, setting: str, what_for: str) -> None:
    """Raises ``Problem``, naming who holds the port where that can be told and the setting that changes it."""
    try:
        if is_free(port):
            return
    except PermissionError:
        raise Problem(f"{what_for} may not listen on port {port}; set {setting} to one above 1023") from None
    process = holder(port)
    by = f" by {_called(process)}" if process else ""
    raise Problem(
        f"port {port}, which {what_for} needs, is taken{by}; stop that program, or set {setting} to another port"
    )


def _called(process: psutil.Process) -> str:
    try:
        return f"{process.name()} (process {process.pid})"
    except psutil.Error:
        return f"process {process.pid}"
