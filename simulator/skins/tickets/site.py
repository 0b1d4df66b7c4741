"""The tracker's site. It refuses nothing: every edit is saved, and the link "Take" assigns the ticket."""

from collections.abc import Callable, Mapping
from typing import ClassVar
from urllib.parse import quote, urlsplit

from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from simulator.clock import Clock
from simulator.domain.board import Filters
from simulator.domain.jobs import Job, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer
from simulator.domain.sessions import Tone
from simulator.domain.sign_in import SignedIn
from simulator.domain.tickets import SAVED, TicketState, Tracker, Written
from simulator.skins.paging import cut
from simulator.skins.tickets.page_faults import PAGE_FAULTS
from simulator.skins.tickets.pages import Item, Pages
from simulator.skins.tickets.people import NOBODY, Owner, owners
from simulator.web.faults import FaultKind
from simulator.web.site import PageFault, Site, see_other
from simulator.web.visit import Frame, Visit
from simulator.world.world import World

_TICKETS_A_PAGE = 20

_LIST = "/tickets"

_ERRORS = {
    400: ("Bad Request", "Missing or invalid form token. Do you have cookies enabled?"),
    403: ("Forbidden", "You may not do this."),
    404: ("Not Found", "There is no such ticket."),
    405: ("Method Not Allowed", "There is no such way to ask."),
    429: ("Too Many Requests", "You have sent too many requests."),
    500: ("Internal Error", "Deskworks detected an internal error."),
    503: ("Maintenance", "Deskworks is down for maintenance."),
}

#: Rivals that can be chosen as an owner even where the world has fewer.
_LEAST_RIVALS = 3


class TicketsSite(Site):
    """A list of tickets without appointment dates, and an edit form in which a ticket is taken."""

    skin = "tickets"
    title = "Deskworks"
    session_cookie = "desk_auth"
    token_field = "__FORM_TOKEN"  # noqa: S105 (a field's name)
    page_faults: ClassVar[Mapping[FaultKind, PageFault]] = PAGE_FAULTS
    # nobody's ticket disappears because somebody else has it
    own_settings: ClassVar[Mapping[str, object]] = {"lost_seen_share": 1}

    def __init__(self, portal: Portal, world: World, clock: Clock) -> None:
        self._pages = Pages()
        self._tracker = Tracker(portal)
        super().__init__(portal, world, clock)

    def routes(self) -> list[BaseRoute]:
        """Its pages."""
        ticket = "/tickets/{number:int}"
        return [
            self.route("/login", guest=True, GET=self._login_page, POST=self._sign_in),
            self.route("/logout", POST=self._sign_out),
            self.route("/", GET=self._list),
            self.route(_LIST, GET=self._list),
            self.route(ticket, GET=self._on_ticket(self._ticket)),
            self.route(ticket + "/take", GET=self._on_ticket(self._take)),
            self.route(ticket + "/edit", GET=self._on_ticket(self._edit), POST=self._on_ticket(self._save)),
            self.file("/static/desk.css", self._pages.stylesheet, "text/css"),
        ]

    # --- the way of every request ---------------------------------------------------------------------------------

    def refusal(self, visit: Visit, *, guest: bool) -> Response | None:
        """Check the CSRF token before anything else."""
        return self.checked_token(visit) or self.identified(visit, guest=guest)

    def sign_in_first(self, visit: Visit) -> Response:
        """Redirect to the sign-in, with the page to go on to in the address."""
        return see_other(f"/login?referer={quote(visit.path_and_query, safe='')}", 302)

    def stale_form(self, _visit: Visit) -> Response:
        """The answer to a form whose CSRF token is not the session's."""
        return self.error(400)

    def sign_in_page(self, frame: Frame) -> str:
        """The empty sign-in form."""
        return self._pages.login(frame)

    def error_page(self, status: int, message: str | None = None) -> str:
        """An error page."""
        title, words = _ERRORS.get(status, _ERRORS[500])
        return self._pages.error(title, message or words)

    # --- signing in -----------------------------------------------------------------------------------------------

    def _login_page(self, visit: Visit) -> Response:
        referer = _own_address(visit.request.query_params.get("referer"))
        if visit.account is not None:
            return see_other(referer, 302)
        return HTMLResponse(self._pages.login(visit.frame(), referer=referer))

    def _sign_in(self, visit: Visit) -> Response:
        referer = _own_address(visit.form.get("referer"))
        came, seconds = self.try_sign_in(visit, visit.form.get("user", ""), visit.form.get("pass", ""))
        if visit.account is not None:
            return see_other(referer)
        problem = {
            SignedIn.WRONG: "Invalid username or password",
            SignedIn.LOCKED: f"Account locked, try again in {seconds} seconds",
            SignedIn.DISABLED: "This account has been disabled",
            SignedIn.CODE: "Enter the code of your authenticator",
            SignedIn.YES: "This account has not been approved",
        }[came]
        return HTMLResponse(self._pages.login(visit.frame(), referer=referer, problem=problem))

    def _sign_out(self, visit: Visit) -> Response:
        self.portal.sessions.end(visit.session)
        return see_other("/login")

    # --- reading --------------------------------------------------------------------------------------------------

    def _list(self, visit: Visit) -> Response:
        query = visit.request.query_params
        chosen = {name: query[name] for name in ("state", "owner") if query.get(name)}
        tickets = [(job, self._tracker.read(job)) for job in visit.me.board.listed(Filters())]
        tickets.sort(key=lambda ticket: -ticket[0].number)
        if "state" in chosen:
            tickets = [(job, written) for job, written in tickets if written.state.value == chosen["state"]]
        if "owner" in chosen:
            wanted = self._who(chosen["owner"], visit)
            tickets = [(job, written) for job, written in tickets if written.owner == wanted]
        shown = cut(tickets, page=query.get("page"), size=_TICKETS_A_PAGE)
        items = shown.with_items([self._item(job, written) for job, written in shown.items])
        with_created = self.world.settings.ticket_created_share > 0
        return HTMLResponse(self._pages.tickets(visit.frame(), items, query=chosen, with_created=with_created))

    def _ticket(self, visit: Visit, job: Job) -> Response:
        item = self._item(job, self._tracker.read(job))
        return HTMLResponse(self._pages.ticket(visit.frame(), item, self._tracker.comments(job)))

    def _edit(self, visit: Visit, job: Job) -> Response:
        item = self._item(job, self._tracker.read(job))
        return HTMLResponse(self._pages.edit(visit.frame(), item, self._owners(job.holder)))

    def _item(self, job: Job, written: Written) -> Item:
        owner = next((one.name for one in self._owners(written.owner) if one.who == written.owner), NOBODY)
        has_date = _share_of(job.number) < self.world.settings.ticket_created_share
        return Item(job=job, written=written, owner=owner, created=job.draft.submitted_on if has_date else None)

    def _owners(self, holder: str | None) -> list[Owner]:
        return owners(self.portal.accounts, max(_LEAST_RIVALS, self.world.settings.rivals), holder)

    def _who(self, short_name: str, visit: Visit, holder: str | None = None) -> str | None:
        """The holder that a short name stands for; None where there is no such owner."""
        if short_name == "me":
            return us(visit.me.email)
        return next((one.who for one in self._owners(holder) if one.short_name == short_name), None)

    # --- doing ----------------------------------------------------------------------------------------------------

    def _take(self, visit: Visit, job: Job) -> Response:
        if self._tracker.take(job, visit.me, visit.now):
            self.world.accepted_by_account(job.number, visit.now)
        return see_other(f"/tickets/{job.number}", 302)

    def _save(self, visit: Visit, job: Job) -> Response:
        form = visit.form
        if "save" not in form or form.get("state") not in set(TicketState):
            return self._edit(visit, job)
        wanted = Written(
            owner=self._who(form.get("owner", ""), visit, job.holder),
            state=TicketState(form["state"]),
            summary=form.get("summary", ""),
            kind=form.get("type", ""),
            component=form.get("component", ""),
            urgent="urgent" in form,
        )
        if self._tracker.write(job, visit.me, visit.now, wanted, form.get("comment", "").strip()):
            self.world.accepted_by_account(job.number, visit.now)
        visit.say(Tone.SUCCESS, SAVED)
        return see_other(f"/tickets/{job.number}")

    def _on_ticket(self, handler: Callable[[Visit, Job], Response]) -> Callable[[Visit], Response]:
        """A page of a ticket that the account may view."""

        def answer(visit: Visit) -> Response:
            found = self.portal.store.seen(visit.job_number, visit.me)
            if found is Answer.UNKNOWN:
                return self.error(404)
            if isinstance(found, Answer):
                return self.error(403, f"You may not view ticket {visit.job_number}.")
            return handler(visit, found[0])

        return answer


def _own_address(referer: str | None) -> str:
    """The address to go on to after the sign-in, always on this site."""
    if not referer or not referer.startswith("/") or urlsplit(referer).netloc:
        return _LIST
    return referer


def _share_of(number: int) -> float:
    """A pseudo-random number from 0 to 1, always the same for a ticket (Knuth's multiplicative hash)."""
    return number * 2_654_435_761 % 2**32 / 2**32
