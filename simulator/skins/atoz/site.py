"""The site of the AtoZ portal: sign-in, board, job page, and the actions on a job."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import ClassVar

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from simulator.clock import Clock
from simulator.domain.accounts import Account, AccountState
from simulator.domain.board import Filters
from simulator.domain.jobs import Job, JobStatus, Match, MatchStatus, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer
from simulator.domain.sessions import Message, Tone
from simulator.domain.sign_in import SignedIn
from simulator.skins.atoz.page_faults import PAGE_FAULTS
from simulator.skins.atoz.pages import Pages
from simulator.web.faults import FaultKind
from simulator.web.site import Handler, PageFault, Site, set_cookie
from simulator.web.visit import READ_METHODS, Frame, Remember, Visit
from simulator.world import words
from simulator.world.world import World

#: The name that Laravel gives to the default guard's long-lived cookie.
_REMEMBER_COOKIE = "remember_web_59ba36addc2b2f9401580f014c7f58ea4e30989d"

_FIVE_YEARS_SECONDS = 5 * 365 * 24 * 3600

_DISABLED = Message(Tone.ERROR, "Your account is not enabled.")

#: What an interpreter is told in a message after it worked.
_GOOD_NEWS = frozenset({Answer.ACCEPTED, Answer.REJECTED, Answer.UNASSIGNED, Answer.QUOTED, Answer.COMPLETED})

_BOARD = "/interpreter-jobs"

#: Where every board leads an account that is not let in yet.
_INSTEAD_OF_A_BOARD = {
    AccountState.UNAPPROVED: "/agent/profile/create",
    AccountState.UNCONFIRMED: "/email/verify",
}

#: What is answered with an error page.
_GONE = frozenset({Answer.GONE, Answer.WITHDRAWN, Answer.UNKNOWN})

#: As ``str.isdigit`` would also take digits of other scripts, and a number may not be endless.
_LONGEST_NUMBER = 9


class AtozSite(Site):
    """A server-rendered site that behaves as the AtoZ portal is known to."""

    skin = "atoz"
    title = "A to Z Interpreting"
    session_cookie = "laravel_session"
    remember_cookie = _REMEMBER_COOKIE
    token_field = "_token"  # noqa: S105 (a field's name)
    method_field = "_method"
    hides_overlaps = True
    # who does not get a job sees nothing more of it
    own_settings: ClassVar[Mapping[str, object]] = {"lost_seen_share": 0}
    page_faults: ClassVar[Mapping[FaultKind, PageFault]] = PAGE_FAULTS

    def __init__(self, portal: Portal, world: World, clock: Clock) -> None:
        self._pages = Pages(tuple((str(language.language_id), language.name) for language in words.LANGUAGES))
        super().__init__(portal, world, clock)

    def routes(self) -> list[BaseRoute]:
        """Its pages."""
        job = "/interpreter-jobs/{number:int}"
        return [
            self.route("/login", guest=True, GET=self._login_page, POST=self._sign_in),
            self.route("/login/code", guest=True, GET=self._code_page, POST=self._code_page),
            self.route("/logout", guest=True, POST=self._sign_out),
            self.route("/profile", GET=self._profile),
            self.route("/agent/profile/create", GET=self._profile),
            self.route("/email/verify", GET=self._profile),
            self.route("/terms", POST=self._agree),
            self.route("/", GET=self._approved(self._board)),
            self.route(_BOARD, GET=self._approved(self._board)),
            self.route(job, GET=self._approved(self._job)),
            self.route(job + "/matched", PUT=self._approved(self._accept)),
            self.route(job + "/matched/reject", POST=self._approved(self._reject)),
            self.route(job + "/matched/{match_id:int}/unassign", DELETE=self._approved(self._unassign)),
            self.route(job + "/complete", PUT=self._approved(self._complete)),
            self.route(job + "/quotes", GET=self._approved(self._quotes), POST=self._approved(self._quote)),
            self.file("/css/app.css", self._pages.stylesheet, "text/css"),
        ]

    # --- the way of every request ---------------------------------------------------------------------------------

    def refusal(self, visit: Visit, *, guest: bool) -> Response | None:
        """Check the CSRF token before anything else."""
        return self.checked_token(visit) or self.identified(visit, guest=guest)

    def sign_in_first(self, visit: Visit) -> Response:
        """Redirect to the sign-in, and from there to the page that was asked for."""
        if visit.method in READ_METHODS:
            visit.session.intended = visit.path_and_query
        return self._redirect(visit, "/login")

    def stale_form(self, _visit: Visit) -> Response:
        """The answer with Laravel's status 419."""
        return self.error(419)

    def sign_in_page(self, frame: Frame) -> str:
        """The empty sign-in page."""
        return self._pages.login(frame)

    def error_page(self, status: int, message: str | None = None) -> str:
        """An error page."""
        return self._pages.error(status, message)

    def terms_overlay(self, token: str) -> str | None:
        """The overlay with its form."""
        return self._pages.terms(token)

    def lets_in(self, account: Account) -> bool:
        """Whether the account is not disabled; one that is not approved yet still reaches its profile."""
        return account.state is not AccountState.DISABLED

    def by_session(self, visit: Visit) -> None:
        """Find the account of the session or of the long-lived cookie."""
        account = self.portal.accounts.find(visit.session.account)
        if account is None:
            account = self.portal.signing_in.remembered(visit.request.cookies.get(_REMEMBER_COOKIE))
            if account is not None:
                self.portal.sessions.renew(visit.session, visit.now)
                visit.session.account = account.email
        if account is not None and not self.lets_in(account):
            visit.session.account = account = None
            visit.session.messages.append(_DISABLED)
        visit.account = account

    def set_cookies(self, visit: Visit, response: Response) -> None:
        """Renew the session's cookies, as every answer does."""
        lasts = f"Max-Age={max(1, round(self.portal.rules.session_idle.total_seconds()))}; Path=/"
        set_cookie(response, f"XSRF-TOKEN={visit.session.token}; {lasts}")
        set_cookie(response, f"{self.session_cookie}={visit.session.session_id}; {lasts}; HttpOnly")
        if visit.remember is Remember.SET:
            value = self.portal.signing_in.remember_cookie(visit.me)
            set_cookie(response, f"{_REMEMBER_COOKIE}={value}; Max-Age={_FIVE_YEARS_SECONDS}; Path=/; HttpOnly")
        elif visit.remember is Remember.DROP:
            set_cookie(response, f"{_REMEMBER_COOKIE}=deleted; Max-Age=0; Path=/; HttpOnly")

    def _approved(self, handler: Handler) -> Handler:
        """Wrap a page: an account that is not approved yet is redirected to its profile."""

        def answer(visit: Visit) -> Response:
            instead = _INSTEAD_OF_A_BOARD.get(visit.me.state)
            if instead is not None:
                return self._redirect(visit, instead)
            return handler(visit)

        return answer

    def _page(self, visit: Visit, render: Callable[[Frame], str]) -> Response:
        return HTMLResponse(render(visit.frame()))

    def _redirect(self, visit: Visit, path: str) -> Response:
        return RedirectResponse(path if path.startswith(("http://", "https://")) else visit.base_url + path, 302)

    def _back(self, visit: Visit) -> Response:
        """Redirect to the page that the request came from."""
        return self._redirect(visit, visit.request.headers.get("referer") or "/")

    # --- signing in -----------------------------------------------------------------------------------------------

    def _login_page(self, visit: Visit) -> Response:
        if visit.account is not None:
            return self._redirect(visit, "/")
        session = visit.session
        error, typed = session.sign_in_error, session.typed_email
        session.sign_in_error, session.typed_email = None, ""
        return self._page(visit, lambda frame: self._pages.login(frame, error=error, typed_email=typed))

    def _sign_in(self, visit: Visit) -> Response:
        if visit.account is not None:
            return self._redirect(visit, "/")
        email, password = visit.form.get("email", "").strip(), visit.form.get("password", "")
        if not email or not password:
            missing = "email" if not email else "password"
            return self._refuse(visit, email, f"The {missing} field is required.")
        came, seconds = self.try_sign_in(visit, email, password)
        refusal = {
            SignedIn.WRONG: "These credentials do not match our records.",
            SignedIn.LOCKED: f"Too many login attempts. Please try again in {seconds} seconds.",
        }.get(came)
        if refusal is not None:
            return self._refuse(visit, email, refusal)
        if came is SignedIn.DISABLED:
            visit.session.messages.append(_DISABLED)
            return self._redirect(visit, "/login")
        if came is SignedIn.CODE:
            return self._redirect(visit, "/login/code")
        if visit.form.get("remember"):
            visit.remember = Remember.SET
        intended, visit.session.intended = visit.session.intended, None
        return self._redirect(visit, intended or "/")

    def _code_page(self, visit: Visit) -> Response:
        return self._page(visit, self._pages.code)

    def _refuse(self, visit: Visit, email: str, error: str) -> Response:
        # the text stands beside the field, and as a message as well
        visit.session.sign_in_error, visit.session.typed_email = error, email
        visit.session.messages.append(Message(Tone.ERROR, error))
        return self._redirect(visit, "/login")

    def _sign_out(self, visit: Visit) -> Response:
        if visit.account is not None:
            visit.account.forget_devices(visit.now)
        self.portal.sessions.end(visit.session)
        visit.session = self.portal.sessions.resume(None, visit.now, self.portal.rules.session_idle)
        visit.account = None
        visit.remember = Remember.DROP
        return self._redirect(visit, "/login")

    # --- reading --------------------------------------------------------------------------------------------------

    def _board(self, visit: Visit) -> Response:
        query = visit.request.query_params
        filters = {name: value for name, value in query.items() if name != "page"}
        board = visit.me.board.page(_filters(query), max(1, _number(query.get("page")) or 1))
        counts_all = self.world.settings.badge_counts == "everything"
        return self._page(
            visit,
            lambda frame: self._pages.board(
                frame,
                visit.me,
                board,
                path=visit.request.url.path,
                query=filters,
                more_columns=self.world.settings.more_columns,
                badge_total=board.total_unfiltered if counts_all else board.total,
            ),
        )

    def _seen(self, visit: Visit) -> tuple[Job, Match] | Answer:
        """The job and the account's match to it, or the answer with which the portal refuses the page."""
        found = self.portal.store.seen(visit.job_number, visit.me)
        if isinstance(found, Answer):
            job = self.portal.store.jobs.get(visit.job_number)
            is_withdrawn = job is not None and (job.status is JobStatus.REMOVED or visit.me.email not in job.matches)
            return Answer.WITHDRAWN if is_withdrawn else found
        job, match = found
        if job.status is JobStatus.CANCELLED or match.status is MatchStatus.PENDING:
            return Answer.WITHDRAWN
        if job.status is JobStatus.ASSIGNED and job.holder != us(visit.me.email):
            return Answer.GONE
        return found

    def _job(self, visit: Visit) -> Response:
        found = self._seen(visit)
        if isinstance(found, Answer):
            return self._gone(found)
        job, match = found
        return self._page(visit, lambda frame: self._pages.job(frame, job, match))

    def _quotes(self, visit: Visit) -> Response:
        found = self._seen(visit)
        if isinstance(found, Answer):
            return self._gone(found)
        job, _ = found
        if not job.draft.quote_only:
            return self.error(403)
        return self._page(visit, lambda frame: self._pages.quotes(frame, job))

    def _profile(self, visit: Visit) -> Response:
        return self._page(visit, lambda frame: self._pages.profile(frame, visit.me))

    # --- doing ----------------------------------------------------------------------------------------------------

    def _accept(self, visit: Visit) -> Response:
        number = visit.job_number
        answer = self.portal.interpreters.accept(number, us(visit.me.email), visit.now)
        if answer is Answer.ACCEPTED:
            self.world.accepted_by_account(number, visit.now)
        return self._told(visit, answer, lambda: self._back(visit))

    def _reject(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.reject(visit.job_number, visit.me, visit.now)
        return self._told(visit, answer, lambda: self._redirect(visit, _BOARD))

    def _unassign(self, visit: Visit) -> Response:
        match_id = int(visit.request.path_params["match_id"])
        answer = self.portal.interpreters.unassign(visit.job_number, match_id, visit.me, visit.now)
        return self._told(visit, answer, lambda: self._back(visit))

    def _complete(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.complete(visit.job_number, visit.me, visit.now)
        return self._told(visit, answer, lambda: self._back(visit))

    def _quote(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.quote(visit.job_number, visit.me, visit.now)
        return self._told(visit, answer, lambda: self._redirect(visit, _BOARD))

    def _agree(self, visit: Visit) -> Response:
        visit.me.agreed_to_terms_at = visit.now
        return self._back(visit)

    def _told(self, visit: Visit, answer: Answer, where_to: Callable[[], Response]) -> Response:
        if answer in _GONE:
            return self._gone(answer)
        visit.say(Tone.SUCCESS if answer in _GOOD_NEWS else Tone.ERROR, answer.value)
        return where_to()

    def _gone(self, answer: Answer) -> Response:
        return self.error(404) if answer is Answer.UNKNOWN else self.error(403, answer.value)


def _number(text: str | None) -> int | None:
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER:
        return None
    return int(text)


def _dates(text: str | None) -> tuple[date, date] | None:
    """``2026-11-25`` or ``2026-11-25 to 2026-11-30``; anything else is no filter."""
    if not text:
        return None
    first, _, last = text.partition(" to ")
    try:
        return _day(first), _day(last or first)
    except ValueError:
        return None


def _day(text: str) -> date:
    return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 (a calendar date has no zone)


def _filters(query: Mapping[str, str]) -> Filters:
    return Filters(
        status=_number(query.get("status")),
        language_id=_number(query.get("language_id")),
        dates=_dates(query.get("date")),
        search=query.get("search", "").strip().casefold() or None,
    )
