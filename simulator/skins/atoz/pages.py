"""Renders the pages. Rendered rows of the board are cached, because bots poll it twice a second."""

from collections.abc import Mapping
from datetime import date, time
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from markupsafe import Markup, escape

from simulator.domain.accounts import Account
from simulator.domain.board import BoardPage
from simulator.domain.jobs import Job, Match
from simulator.skins.atoz.pagination import page_numbers
from simulator.skins.templates import templates
from simulator.web.visit import Frame

_TEMPLATES = Path(__file__).parent / "templates"

# Private-use characters stand in rendered rows for what differs from session to session.
_TOKEN = "\ue000"  # noqa: S105 (a placeholder)
_BASE = "\ue001"

#: Rendered rows kept; a board's pages in use are a few hundred.
_MOST_ROWS = 5_000

_HEADINGS = ("Ref", "Submitted", "Appt. Date", "Appt. Time", "Duration", "Language")
_MORE_HEADINGS = ("Client", "Company")
_LAST_HEADINGS = ("Status", "Action")

#: The board's status filter, which goes by the job's own status.
STATUS_OPTIONS = (
    ("0", "Pending"),
    ("1", "Assigned"),
    ("2", "Cancelled"),
    ("3", "Rejected"),
    ("4", "Completed"),
    ("5", "Quoted"),
)

#: Title and words of Laravel 5.7's error pages.
ERRORS = {
    403: ("Forbidden", "This action is unauthorized."),
    404: ("Page Not Found", "Sorry, the page you are looking for could not be found."),
    405: ("Method Not Allowed", "Sorry, the page you are looking for could not be found."),
    419: ("Page Expired", "Sorry, your session has expired. Please refresh and try again."),
    429: ("Too Many Requests", "Sorry, you are making too many requests to our servers."),
    500: ("Error", "Whoops, something went wrong on our servers."),
    503: ("Service Unavailable", "Sorry, we are doing some maintenance. Please check back soon."),
}


def uk_date(day: date) -> str:
    """``25/11/2026``."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def uk_time(at: time | None) -> str:
    """``09:30``, or nothing."""
    return f"{at.hour:02d}:{at.minute:02d}" if at is not None else ""


def duration(minutes: int) -> str:
    """``1 hours 30 minutes``: the portal knows no singular."""
    return f"{minutes // 60} hours {minutes % 60} minutes"


class Pages:
    """Every page of the portal; ``languages`` are numbers and names for the board's filter."""

    def __init__(self, languages: tuple[tuple[str, str], ...]) -> None:
        names = ("login", "code", "row", "board", "job", "quotes", "profile", "error", "terms")
        self._templates = templates(_TEMPLATES, names, uk_date=uk_date, uk_time=uk_time, duration=duration)
        self._languages = languages
        self._rows: dict[tuple[str, int], tuple[tuple[int, bool], str]] = {}
        self.stylesheet = (_TEMPLATES / "app.css").read_text(encoding="utf-8")

    def login(self, frame: Frame, *, error: str | None = None, typed_email: str = "") -> str:
        """The sign-in page."""
        return self._templates["login"].render(frame=frame, error=error, typed_email=typed_email)

    def code(self, frame: Frame) -> str:
        """The page that asks for a code; no code is right."""
        return self._templates["code"].render(frame=frame)

    def board(
        self,
        frame: Frame,
        account: Account,
        board: BoardPage,
        *,
        path: str,
        query: Mapping[str, str],
        more_columns: bool,
        badge_total: int,
    ) -> str:
        """A page of the board; ``query`` are the filters, which the links to other pages keep."""
        rows = [self._row(account, job, more_columns) for job in board.jobs]
        # such a paginator links to the address without a slash at its end
        address = f"{frame.base_url}{path.rstrip('/')}"
        html = self._templates["board"].render(
            frame=frame,
            rows=[Markup(row) for row in rows],  # noqa: S704 (rendered by a template that escapes)
            total=badge_total,
            headings=_HEADINGS + (_MORE_HEADINGS if more_columns else ()) + _LAST_HEADINGS,
            query=query,
            statuses=STATUS_OPTIONS,
            languages=self._languages,
            page=board.number,
            last_page=board.last,
            page_numbers=page_numbers(board.number, board.last),
            page_address=partial(_page_address, address, query),
        )
        return _filled(html, frame)

    def job(self, frame: Frame, job: Job, match: Match) -> str:
        """A job's own page."""
        html = self._templates["job"].render(
            frame=frame,
            job=job,
            match=match,
            details=_details(job),
            TOKEN=_TOKEN,
            BASE=_BASE,
        )
        return _filled(html, frame)

    def quotes(self, frame: Frame, job: Job) -> str:
        """The page on which an interpreter quotes a price."""
        return self._templates["quotes"].render(frame=frame, job=job)

    def profile(self, frame: Frame, account: Account) -> str:
        """The account's profile, to which an account that is not approved yet is redirected."""
        return self._templates["profile"].render(frame=frame, account=account)

    def terms(self, token: str) -> str:
        """The overlay that covers a page until the terms are agreed to."""
        return self._templates["terms"].render(token=token)

    def error(self, status: int, message: str | None = None) -> str:
        """An error page."""
        title, words = ERRORS[status]
        return self._templates["error"].render(title=title, status=status, message=message or words)

    def _row(self, account: Account, job: Job, more_columns: bool) -> str:
        key, stamp = (account.email, job.number), (job.version, more_columns)
        kept = self._rows.get(key)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        row = self._templates["row"].render(
            job=job,
            match=job.matches[account.email],
            more_columns=more_columns,
            TOKEN=_TOKEN,
            BASE=_BASE,
        )
        if len(self._rows) >= _MOST_ROWS:
            self._rows.clear()
        self._rows[key] = (stamp, row)
        return row


def _filled(html: str, frame: Frame) -> str:
    return html.replace(_TOKEN, escape(frame.token)).replace(_BASE, escape(frame.base_url))


def _page_address(address: str, query: Mapping[str, str], number: int) -> str:
    return f"{address}?{urlencode({**query, 'page': number})}"


def _details(job: Job) -> list[tuple[str, list[str]]]:
    draft = job.draft
    at = " ".join(filter(None, (uk_date(draft.appointment_date), uk_time(draft.appointment_time))))
    return [
        ("Company name", [draft.company_name]),
        ("Client name", [draft.client_name]),
        ("Language", [draft.language.name]),
        ("Interpreter details", [draft.kind, draft.qualification, draft.security_check, draft.gender]),
        ("Appointment date and time", [at]),
        ("Appointment duration", [duration(draft.duration_minutes)]),
        ("Service user details", [draft.service_user]),
        ("Special instructions", [draft.special_instructions]),
        ("Client reference", [draft.client_reference]),
    ]
