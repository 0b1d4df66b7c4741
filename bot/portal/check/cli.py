"""``python -m bot.portal check FILE``: try a portal definition, on the portal itself or on saved pages.

Exit codes: 0 everything was found, 1 something was not, 2 the call was wrong.
"""

import asyncio
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from dotenv import dotenv_values
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.domain.job import Job
from bot.portal.browser.chromium import find_browser
from bot.portal.browser.login_worker import sign_in
from bot.portal.browser.worker_pool import BrowserWorkerPool
from bot.portal.check.examine import Examination, examine
from bot.portal.client import PortalClient
from bot.portal.credentials import Credentials
from bot.portal.definition.model import DefinitionError, PortalDefinition, load
from bot.portal.errors import LayoutChanged, PortalError, StopAndTell
from bot.portal.http.client import HttpClient
from bot.portal.models import Board, BoardRow
from bot.portal.parsing.parse import with_page
from common.states import PortalAction

_PROJECT = Path(__file__).resolve().parents[3]


class Lanes(StrEnum):
    """The ways to a portal."""

    HTTP = "http"
    PAGE = "page"


app = typer.Typer(add_completion=False, no_args_is_help=True)
#: Wide enough for a board also where the output goes into a file.
_console = Console(width=None if Console().is_terminal else 160)


@app.callback()
def main() -> None:
    """Portal definitions: docs/portals.md says how to write one."""


@app.command()
def check(
    definition: Annotated[str, typer.Argument(help="a definition's file, or the name of one that comes with the bot")],
    html: Annotated[
        list[Path] | None, typer.Option(help="a saved page to read instead of the portal; may be given several times")
    ] = None,
    url: Annotated[str | None, typer.Option(help="the address that the saved page came from")] = None,
    base_url: Annotated[str | None, typer.Option(help="the portal's address, instead of the definition's")] = None,
    lane: Annotated[
        Lanes | None, typer.Option(help="go there by http or in a browser (page), instead of as the definition says")
    ] = None,
) -> None:
    """Show what the definition reads, and what it does not find.

    Without --html the bot signs in with ATOZ_USERNAME and ATOZ_PASSWORD (environment or .env), reads the board and one
    job's page, and accepts nothing.
    """
    try:
        known = load(definition)
        address = base_url or _setting("ATOZ_BASE_URL") if not html else base_url
        known = known.at(address) if address else known
    except DefinitionError as error:
        for problem in error.problems:
            _console.print(f"[red]{escape(str(problem))}[/red]")
        raise typer.Exit(1) from None
    except ValueError as error:
        _console.print(f"[red]{escape(str(error))}[/red]")
        raise typer.Exit(2) from None
    _console.print(f"[bold]{escape(known.title)}[/bold]  {known.base_url}  (definition {known.name} is well-formed)")
    results = (
        [_check_saved(file, known, url) for file in html]
        if html
        else [asyncio.run(_check_portal(known, lane or Lanes(known.lane)))]
    )
    raise typer.Exit(0 if all(results) else 1)


# --- saved pages ------------------------------------------------------------------------------------------------------


def _check_saved(file: Path, definition: PortalDefinition, url: str | None) -> bool:
    try:
        html = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        _console.print(f"[red]{escape(str(file))} cannot be read: {error.strerror}[/red]")
        raise typer.Exit(2) from None
    _console.rule(escape(file.name))
    return _show(examine(html, definition=definition, url=url), definition)


def _show(found: Examination, definition: PortalDefinition) -> bool:
    _console.print(f"read as the {found.kind} page at {escape(found.url)}")
    _show_findings(found)
    if found.board is not None:
        _show_board(found.board.rows)
        _console.print(
            f"page {found.board.number} of {max(found.board.pages)}; the portal's own count: {found.board.badge_total}"
        )
    if found.job is not None:
        _show_job(found.job.job)
        _console.print(f"for us it is: [bold]{found.job.ownership}[/bold]")
    if found.accept is not None:
        table = Table("field", "value", title=f"what would be sent to {escape(found.accept.action)}")
        for name, value in found.accept.fields:
            is_token = name in definition.pages.token_fields
            table.add_row(escape(name), "[dim]a token[/dim]" if is_token else escape(value))
        _console.print(table)
    if found.error:
        _console.print(f"[red]the bot does not read this page: {escape(found.error)}[/red]")
    elif found.is_right:
        _console.print("[green]the bot reads this page[/green]")
    return found.is_right


def _show_findings(found: Examination) -> None:
    table = Table("part of the definition", "", "on the page", title="what was found")
    for one in found.findings:
        mark = "[green]yes[/green]" if one.found else "[dim]–[/dim]" if one.optional else "[red]no[/red]"
        table.add_row(one.field, mark, escape(one.seen))
    _console.print(table)


def _show_board(rows: tuple[BoardRow, ...]) -> None:
    if not rows:
        _console.print("the board is empty")
        return
    table = Table(
        "reference", "id", "submitted", "date", "time", "minutes", "language", "status", "can be", title="board"
    )
    what = {PortalAction.ACCEPT: "accepted", PortalAction.QUOTE: "quoted for", PortalAction.NONE: "–"}
    for row in rows:
        job = row.job
        values: list[object] = [job.reference, job.portal_id, job.submitted_on, job.appointment_date]
        values += [job.appointment_time, job.duration_minutes, job.language, job.portal_status, what[job.action]]
        table.add_row(*(_shown(value) for value in values))
    _console.print(table)


def _show_job(job: Job) -> None:
    table = Table("field", "value", title=f"job {job.reference}")
    for name in Job.__dataclass_fields__:
        if name != "action":
            table.add_row(name, _shown(getattr(job, name)))
    _console.print(table)


def _shown(value: object) -> str:
    return "[dim]–[/dim]" if value is None else escape(str(value))


# --- the portal itself ------------------------------------------------------------------------------------------------


def _setting(name: str) -> str | None:
    value = os.environ.get(name) or dotenv_values(_PROJECT / ".env").get(name)
    return value or None


async def _check_portal(definition: PortalDefinition, way: Lanes) -> bool:
    username, password = _setting("ATOZ_USERNAME"), _setting("ATOZ_PASSWORD")
    if not username or not password:
        _console.print(
            "[red]ATOZ_USERNAME and ATOZ_PASSWORD are not set: set both, or check saved pages with --html[/red]"
        )
        return False
    data_dir = Path(_setting("ATOZ_DATA_DIR") or _PROJECT / "data")
    browser = find_browser(data_dir, os.environ)
    try:
        _console.print("signing in …")
        session = await sign_in(
            definition, Credentials(username=username, password=password), BrowserWorkerPool(browser)
        )
    except PortalError as error:
        _tell(error, definition)
        return False
    _console.print(f"[green]signed in as {escape(session.user_name or 'somebody without a name')}[/green]")
    lane: PortalClient = HttpClient(definition, session)
    if way is Lanes.PAGE:
        from bot.portal.browser.client import BrowserClient  # noqa: PLC0415 (Playwright takes a while to load)

        lane = BrowserClient(definition, session, browser_path=browser)
    try:
        return await _read_all(lane)
    except PortalError as error:
        _tell(error, definition)
        return False
    finally:
        await lane.close()


async def _read_all(lane: PortalClient) -> bool:
    board = await lane.read_board()
    _show_whole("what can be accepted", board)
    ours = await lane.read_assigned()
    _show_whole("what is ours", ours)
    if ours.completed:
        _console.rule(f"what is ours and done this week: {len(ours.completed)} jobs")
        _show_board(ours.completed)
    rows = (*board.rows, *ours.rows, *ours.completed)
    if not rows:
        _console.print("there is no job whose page could be read; check again when there is one")
        return True
    page = await lane.read_job(rows[0].job.portal_id)
    if page is None:
        _console.print(f"[yellow]the page of {escape(rows[0].job.reference)} is gone[/yellow]")
        return True
    _show_job(with_page(rows[0].job, page))
    _console.print(f"for us it is: [bold]{page.ownership}[/bold]")
    _console.print("[green]the bot reads this portal[/green]")
    return True


def _show_whole(what: str, board: Board) -> None:
    _console.rule(f"{what}: {len(board.rows)} jobs on {board.pages} pages")
    if not board.is_whole:
        _console.print("[yellow]it changes while it is read: a job may be missing here[/yellow]")
    if board.terms_shown:
        _console.print("[yellow]terms cover the page: read and agree to them in your own browser[/yellow]")
    _show_board(board.rows)


def _tell(error: PortalError, definition: PortalDefinition) -> None:
    _console.print(f"[red]{escape(error.message)}[/red]")
    if isinstance(error, StopAndTell):
        _console.print(f"what to do: {escape(error.what_to_do)}")
    if isinstance(error, LayoutChanged) and error.html:
        _show(examine(error.html, definition=definition, url=error.url), definition)
        _console.print(f"the page as it came is in {_kept(error.html)}; check it again with --html")


def _kept(html: str) -> Path:
    """The page in a file of its own that only the owner can read."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="atoz-page-", suffix=".html", delete=False) as file:
        file.write(html)
    return Path(file.name)


if __name__ == "__main__":
    app()
