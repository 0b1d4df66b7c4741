"""``python -m bot.evidence list`` and ``show``: what the bot can prove.

Exit codes: 0 done, 1 there is nothing of that, or it cannot be read, 2 the call was wrong.
"""

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from dotenv import dotenv_values
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.evidence.archive import EvidenceName, Piece
from bot.evidence.report import write_report
from bot.evidence.store import EvidenceError, kept_in, read_from

_PROJECT = Path(__file__).resolve().parents[2]

app = typer.Typer(add_completion=False, no_args_is_help=True)
#: Wide enough for a file's name also where the output goes into a file.
_console = Console(width=None if Console().is_terminal else 160)

_DataDir = Annotated[Path | None, typer.Option(help="the bot's data folder; without it ATOZ_DATA_DIR, or data/")]


@app.callback()
def main() -> None:
    """What the bot kept of its claims: what the portal showed and answered."""


@app.command("list")
def list_evidence(
    job: Annotated[str | None, typer.Argument(help="a job's number; without it everything is listed")] = None,
    data_dir: _DataDir = None,
) -> None:
    """List what is kept, the oldest first."""
    found = _found(data_dir, job)
    table = Table("time (UTC)", "of", "job", "name")
    for _, name in found:
        table.add_row(
            f"{name.at:%d/%m/%Y %H:%M:%S}", escape(name.kind), escape(name.job_number or "–"), escape(str(name))
        )
    _console.print(table)


@app.command()
def show(
    what: Annotated[str, typer.Argument(help="a job's number, or a name from the list")],
    into: Annotated[Path | None, typer.Option(help="a new folder for the files; without it evidence-…")] = None,
    data_dir: _DataDir = None,
) -> None:
    """Write the evidence of a job as files, with a page for the browser."""
    found = _found(data_dir, None if EvidenceName.parse(what) else what)
    if EvidenceName.parse(what):
        found = [(folder, name) for folder, name in found if str(name) == what]
    if not found:
        _stop(f"There is no evidence called {what}.")
    pieces: list[tuple[EvidenceName, Piece]] = []
    damaged = False
    for folder, name in found:
        try:
            pieces.append((name, read_from(folder, str(name))))
        except EvidenceError as error:
            damaged = True
            _console.print(f"[red]{escape(str(error))}[/red]")
    folder = into or Path(f"evidence-{found[0][1].job_number or 'page'}")
    try:
        index = write_report(f"Evidence: {what}", pieces, folder)
    except FileExistsError as error:
        _stop(f"{error}; name another folder with --into.", code=2)
    except OSError as error:
        _stop(f"{folder} cannot be written: {error.strerror}", code=2)
    count = "1 piece" if len(pieces) == 1 else f"{len(pieces)} pieces"
    _console.print(f"{count} of evidence; open {escape(str(index.resolve()))} in a browser")
    raise typer.Exit(1 if damaged else 0)


def _found(data_dir: Path | None, job: str | None) -> list[tuple[Path, EvidenceName]]:
    """What there is of every account, in the order of time; ends the program where there is nothing."""
    folders = sorted(_data_dir(data_dir).glob("bot/*/evidence"))
    found = [(folder, name) for folder in folders for name in kept_in(folder, job)]
    if not found:
        _stop(f"There is no evidence of job {job}." if job else "There is no evidence yet.")
    return sorted(found, key=lambda one: one[1])


def _data_dir(given: Path | None) -> Path:
    if given is not None:
        return given
    environment_file = os.environ.get("ATOZ_ENV_FILE", str(_PROJECT / ".env"))
    written = dotenv_values(environment_file) if environment_file else {}
    named = os.environ.get("ATOZ_DATA_DIR") or written.get("ATOZ_DATA_DIR") or "data"
    return _PROJECT / Path(named).expanduser()


def _stop(message: str, *, code: int = 1) -> NoReturn:
    _console.print(escape(message))
    raise typer.Exit(code)


if __name__ == "__main__":
    app()
