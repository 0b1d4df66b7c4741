"""The site with the board of cards."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from simulator.clock import Clock
from simulator.domain.board import Filters
from simulator.domain.jobs import Job, JobStatus, Match, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer
from simulator.domain.sessions import Tone
from simulator.domain.sign_in import SignedIn
from simulator.skins.cards.page_faults import PAGE_FAULTS
from simulator.skins.cards.pages import LANES, Card, Lane, Pages, look_of
from simulator.skins.paging import cut
from simulator.web.faults import FaultKind
from simulator.web.site import PageFault, Site, see_other
from simulator.web.visit import READ_METHODS, Frame, Visit
from simulator.world.world import World

_CARDS_A_PAGE = 12

_ERRORS = {
    404: ("Nothing here", "There is no such page, or the job is not on your board any more."),
    405: ("Not like this", "This page cannot be asked for in that way."),
    422: ("Too old", "That form was too old. Please go back, load the page again and retry."),
    429: ("Slow down", "You are asking for pages faster than we can make them."),
    500: ("Oh dear", "Something broke on our side. We have been told."),
    503: ("Back soon", "Linguaboard is having a rest. We will be back shortly."),
}

#: Views of the board: all, and what each of the others lists.
_LANE_OF_VIEW = {"open": Lane.OPEN, "yours": Lane.YOURS}

_TAKEN, _TOO_LATE = "It is yours.", "Sorry, this job is not to be had any more."


class CardsSite(Site):
    """A site without a table and with another date format; accepting takes a link, a question and a form."""

    skin = "cards"
    title = "Linguaboard"
    session_cookie = "lb_session"
    token_field = "authenticity"  # noqa: S105 (a field's name)
    page_faults: ClassVar[Mapping[FaultKind, PageFault]] = PAGE_FAULTS

    def __init__(self, portal: Portal, world: World, clock: Clock) -> None:
        self._pages = Pages()
        super().__init__(portal, world, clock)

    def routes(self) -> list[BaseRoute]:
        """Its pages."""
        job = "/board/job/{number:int}"
        return [
            self.route("/", GET=self._board),
            self.route("/board", guest=True, GET=self._board_or_sign_in, POST=self._sign_in),
            self.route("/board/leave", POST=self._sign_out),
            self.route(job, GET=self._on_card(self._job)),
            self.route(job + "/take", GET=self._on_card(self._ask), POST=self._take),
            self.route(job + "/pass", POST=self._pass),
            self.route(job + "/give-back", POST=self._on_card(self._give_back)),
            self.route(job + "/quote", GET=self._on_card(self._ask_price), POST=self._quote),
            self.file("/static/board.css", self._pages.stylesheet, "text/css"),
        ]

    # --- the way of every request ---------------------------------------------------------------------------------

    def sign_in_first(self, visit: Visit) -> Response:
        """The sign-in form, which every address shows to a guest."""
        if visit.method in READ_METHODS:
            visit.session.intended = visit.path_and_query
        return HTMLResponse(self._pages.enter(visit.frame()))

    def stale_form(self, _visit: Visit) -> Response:
        """The answer of a Rails site to a wrong CSRF token."""
        return self.error(422)

    def sign_in_page(self, frame: Frame) -> str:
        """The empty sign-in form."""
        return self._pages.enter(frame)

    def error_page(self, status: int, message: str | None = None) -> str:
        """An error page."""
        title, words = _ERRORS.get(status, _ERRORS[500])
        return self._pages.error(title, message or words)

    def _page(self, visit: Visit, render: Callable[[Frame], str]) -> Response:
        return HTMLResponse(render(visit.frame()))

    # --- signing in -----------------------------------------------------------------------------------------------

    def _board_or_sign_in(self, visit: Visit) -> Response:
        return self._board(visit) if visit.account is not None else self.sign_in_first(visit)

    def _sign_in(self, visit: Visit) -> Response:
        if "member_login" not in visit.form and visit.account is None:
            return self.sign_in_first(visit)
        login, passphrase = visit.form.get("member_login", ""), visit.form.get("member_pass", "")
        came, seconds = self.try_sign_in(visit, login, passphrase)
        if visit.account is not None:
            intended, visit.session.intended = visit.session.intended, None
            return see_other(intended or "/board")
        wrong = {
            SignedIn.WRONG: "We do not recognise that login and passphrase.",
            SignedIn.LOCKED: f"Too many tries. Wait {seconds} seconds and try again.",
            SignedIn.DISABLED: "Your membership is suspended.",
            SignedIn.CODE: "Please enter the code that we sent to your phone.",
            SignedIn.YES: "Your membership is waiting for approval.",
        }[came]
        return self._page(visit, lambda frame: self._pages.enter(frame, wrong=wrong))

    def _sign_out(self, visit: Visit) -> Response:
        self.portal.sessions.end(visit.session)
        return see_other("/board")

    # --- reading --------------------------------------------------------------------------------------------------

    def _board(self, visit: Visit) -> Response:
        query = visit.request.query_params
        view = query.get("view", "")
        lane = _LANE_OF_VIEW.get(view)
        email = visit.me.email
        filters = Filters(status=JobStatus.PENDING if lane is Lane.OPEN else None)
        listed = [Card(job, look_of(job, job.matches[email])) for job in visit.me.board.listed(filters)]
        cards = [card for card in listed if lane is None or card.look.lane is lane]
        cards.sort(key=lambda card: LANES.index(card.look.lane))
        shown = cut(cards, page=query.get("p"), size=_CARDS_A_PAGE)
        return self._page(visit, lambda frame: self._pages.board(frame, shown, view=view if lane else ""))

    def _job(self, visit: Visit, card: Card) -> Response:
        return self._page(visit, lambda frame: self._pages.job(frame, card))

    def _ask(self, visit: Visit, card: Card) -> Response:
        return self._page(visit, lambda frame: self._pages.take(frame, card))

    def _ask_price(self, visit: Visit, card: Card) -> Response:
        return self._page(visit, lambda frame: self._pages.quote(frame, card))

    # --- doing ----------------------------------------------------------------------------------------------------

    def _take(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.accept(visit.job_number, us(visit.me.email), visit.now)
        if answer is Answer.ACCEPTED:
            self.world.accepted_by_account(visit.job_number, visit.now)
        return self._told(visit, answer, Answer.ACCEPTED, _TAKEN)

    def _pass(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.reject(visit.job_number, visit.me, visit.now)
        return self._told(visit, answer, Answer.REJECTED, "Passed. We will offer it to somebody else.")

    def _quote(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.quote(visit.job_number, visit.me, visit.now)
        return self._told(visit, answer, Answer.QUOTED, "Your quote is with the client.")

    def _give_back(self, visit: Visit, card: Card) -> Response:
        match = card.job.matches[visit.me.email]
        answer = self.portal.interpreters.unassign(card.job.number, match.match_id, visit.me, visit.now)
        return self._told(visit, answer, Answer.UNASSIGNED, "You have given this job back.")

    def _told(self, visit: Visit, answer: Answer, good: Answer, words: str) -> Response:
        """Redirect to the job's page, which shows the outcome; 404 where the account no longer sees the job."""
        if answer is not good and isinstance(self.portal.store.seen(visit.job_number, visit.me), Answer):
            return self.error(404)
        visit.say(*((Tone.SUCCESS, words) if answer is good else (Tone.ERROR, _TOO_LATE)))
        return see_other(f"/board/job/{visit.job_number}")

    def _on_card(self, handler: Callable[[Visit, Card], Response]) -> Callable[[Visit], Response]:
        """A page of a job that the account sees; 404 for any other job."""

        def answer(visit: Visit) -> Response:
            found: tuple[Job, Match] | Answer = self.portal.store.seen(visit.job_number, visit.me)
            if isinstance(found, Answer):
                return self.error(404)
            job, match = found
            return handler(visit, Card(job, look_of(job, match)))

        return answer
