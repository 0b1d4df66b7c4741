"""``python -m simulator``: the portal and its control interface, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import gc
import importlib
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable

from pydantic import ValidationError

from simulator.settings import PROFILES, Settings
from simulator.skins.choice import SKINS
from simulator.web.serving import FirstAccount, Listeners, PortTaken, Simulator, bind

DEFAULT_PORT, DEFAULT_CONTROL_PORT = 8090, 8091

#: Exit code for what is wrong with the machine, and for what is wrong with the command.
FAILED, USAGE = 1, 2


class _Wrong(Exception):
    """A mistake in how the program was called; the message is for its user."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A practice portal that nobody owns. SIMULATOR_USERNAME and SIMULATOR_PASSWORD in the environment "
        "are the first account's.",
    )
    parser.add_argument("--port", type=int, help=f"the portal's (SIMULATOR_PORT, {DEFAULT_PORT}); 0 for any free one")
    parser.add_argument(
        "--control-port", type=int, help=f"the control interface's (SIMULATOR_CONTROL_PORT, {DEFAULT_CONTROL_PORT})"
    )
    parser.add_argument(
        "--profile",
        choices=sorted(PROFILES),
        default="standard",
        help="quiet: nothing happens by itself; standard: a portal at work; practice: gentle, for a newcomer",
    )
    parser.add_argument("--practice", action="store_const", dest="profile", const="practice", help="--profile practice")
    parser.add_argument(
        "--skin", choices=list(SKINS), default="atoz", help="the make of the portal's pages (simulator/SKINS.md)"
    )
    parser.add_argument("--jobs-per-minute", type=float, help="how many jobs arrive, on average")
    parser.add_argument("--rivals", type=int, help="how many other interpreters there are")
    parser.add_argument("--rival-reaction-ms", type=float, nargs=2, metavar=("SHORTEST", "LONGEST"))
    parser.add_argument("--latency-ms", type=float, help="added to every answer of the portal")
    parser.add_argument("--latency-jitter-ms", type=float, help="its spread")
    parser.add_argument("--settle-ms", type=float, help="how long a later accept still overwrites the first")
    parser.add_argument("--session-idle-seconds", type=float, help="how long a session lives without a request")
    parser.add_argument("--population", type=int, help="how many jobs of its past a new account has")
    parser.add_argument("--seed", type=int, default=None, help="the same seed makes the same jobs (default: by chance)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting; the value is JSON"
    )
    parser.add_argument("--announce", action="store_true", help="say in one line of JSON on stdout where it listens")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end when standard input closes, so as not to outlive a parent",
    )
    return parser


_FLAGS = (
    "jobs_per_minute",
    "rivals",
    "rival_reaction_ms",
    "latency_ms",
    "latency_jitter_ms",
    "settle_ms",
    "session_idle_seconds",
    "population",
)


def _settings(arguments: argparse.Namespace) -> Settings:
    changes = dict(SKINS[arguments.skin].own_settings)
    changes |= {name: value for name in _FLAGS if (value := getattr(arguments, name)) is not None}
    for setting in arguments.set:
        name, separator, value = setting.partition("=")
        if not separator:
            raise _Wrong(f"--set {setting}: write it as NAME=VALUE")
        try:
            changes[name] = json.loads(value)
        except ValueError:
            raise _Wrong(f"--set {name}: {value} is not JSON") from None
    try:
        return PROFILES[arguments.profile].changed(changes)
    except ValidationError as error:
        wrong = error.errors()[0]
        name = ".".join(str(part) for part in wrong["loc"])
        raise _Wrong(f"setting {name}: {wrong['msg']}" if name else wrong["msg"]) from None


def _port(flag: int | None, variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    try:
        port = int(text) if flag is None else flag
    except ValueError:
        raise _Wrong(f"{variable}: {text!r} is not a port; choose a number from 1 to 65535") from None
    if not 0 <= port <= 65_535:  # noqa: PLR2004
        raise _Wrong(f"{port} is not a port; choose a number from 1 to 65535")
    return port


def _account() -> FirstAccount | None:
    email, password = os.environ.get("SIMULATOR_USERNAME"), os.environ.get("SIMULATOR_PASSWORD")
    if bool(email) != bool(password):
        raise _Wrong("set both SIMULATOR_USERNAME and SIMULATOR_PASSWORD in the environment, or neither")
    if not email or not password:
        return None
    return FirstAccount(email=email, password=password, name=os.environ.get("SIMULATOR_NAME") or "Alex Practice")


def _say_where(listeners: Listeners, announce: bool, has_account: bool) -> None:
    if announce:
        where = {
            "portal": listeners.portal_url,
            "portal_port": listeners.portal_port,
            "control": listeners.control_url,
            "control_port": listeners.control_port,
            "pid": os.getpid(),
        }
        print(json.dumps(where), flush=True)
        return
    print(f"Practice portal at {listeners.portal_url}, its control interface at {listeners.control_url}", flush=True)
    if not has_account:
        print(
            "It has no account yet: set SIMULATOR_USERNAME and SIMULATOR_PASSWORD before the start, or send "
            f'{{"email": …, "password": …}} to POST {listeners.control_url}/accounts',
            flush=True,
        )


def _end_with_stdin(end: Callable[[], None]) -> None:
    """Call ``end`` in the event loop once standard input closes."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(0, 1024):
            pass
        loop.call_soon_threadsafe(end)

    threading.Thread(target=watch, daemon=True).start()


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The factory of uvloop's event loops; None, for the standard library's, where uvloop is missing (Windows)."""
    if importlib.util.find_spec("uvloop") is None:
        return None
    make: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return make


def main() -> int:
    """Run the simulator; returns the exit code."""
    arguments = _parser().parse_args()
    try:
        settings, account = _settings(arguments), _account()
        port = _port(arguments.port, "SIMULATOR_PORT", DEFAULT_PORT)
        control_port = _port(arguments.control_port, "SIMULATOR_CONTROL_PORT", DEFAULT_CONTROL_PORT)
    except _Wrong as wrong:
        print(f"simulator: {wrong}", file=sys.stderr)
        return USAGE
    try:
        listeners = bind(port, control_port)
    except PortTaken as taken:
        variable = "SIMULATOR_PORT" if taken.port == port else "SIMULATOR_CONTROL_PORT"
        print(
            f"simulator: port {taken.port} is taken; end what listens there, or choose another one with {variable}",
            file=sys.stderr,
        )
        return FAILED
    seed = arguments.seed if arguments.seed is not None else int.from_bytes(os.urandom(4))
    simulator = Simulator(settings, skin=arguments.skin, seed=seed, account=account, listeners=listeners)
    gc.freeze()  # what was imported stays: the collector need not look at it while answers are timed
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(
            simulator.run(
                lambda: _say_where(listeners, arguments.announce, account is not None),
                ends=_end_with_stdin if arguments.until_stdin_closes else lambda _: None,
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
