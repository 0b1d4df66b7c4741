"""The site whose board a script draws."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic_core import to_json
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute

from simulator.clock import Clock
from simulator.domain.board import Filters
from simulator.domain.jobs import JobStatus, us
from simulator.domain.portal import Portal
from simulator.domain.rules import Answer
from simulator.domain.sign_in import SignedIn
from simulator.skins.paging import cut
from simulator.skins.script import json_views
from simulator.skins.script.page_faults import PAGE_FAULTS
from simulator.skins.script.pages import Pages
from simulator.web.faults import FaultKind
from simulator.web.site import PageFault, Site, see_other
from simulator.web.visit import Frame, Visit
from simulator.world.world import World

_ROWS_A_PAGE = 15

_API = "/api/"

#: What the interface says with each status, and its word for it.
_ERRORS = {
    401: ("unauthenticated", "Please sign in"),
    403: ("csrf", "Reload the page and try again"),
    404: ("not_found", "There is no such assignment"),
    405: ("method_not_allowed", "That cannot be done here"),
    409: ("conflict", "This assignment cannot be accepted"),
    429: ("rate_limited", "Too many requests"),
    500: ("internal", "Internal error"),
    503: ("unavailable", "Interlink is being upgraded"),
}


class ScriptSite(Site):
    """A shell, a script and an interface in JSON."""

    skin = "script"
    title = "Interlink"
    session_cookie = "interlink_sid"
    token_field = "csrf_token"  # noqa: S105 (a field's name)
    page_faults: ClassVar[Mapping[FaultKind, PageFault]] = PAGE_FAULTS

    def __init__(self, portal: Portal, world: World, clock: Clock) -> None:
        self._pages = Pages()
        super().__init__(portal, world, clock)

    def routes(self) -> list[BaseRoute]:
        """Its pages and its interface."""
        api = "/api/assignments"
        return [
            self.route("/login", guest=True, GET=self._login_page, POST=self._sign_in),
            self.route("/logout", POST=self._sign_out),
            self.route("/", GET=self._shell),
            self.route("/assignments", GET=self._shell),
            self.route("/assignments/{number:int}", GET=self._shell),
            self.route(api, GET=self._list),
            self.route(api + "/{number:int}", GET=self._assignment),
            self.route(api + "/{number:int}/accept", POST=self._accept),
            self.route(api + "/{number:int}/decline", POST=self._decline),
            self.file("/static/app.js", self._pages.script, "text/javascript"),
            self.file("/static/app.css", self._pages.stylesheet, "text/css"),
        ]

    # --- the way of every request ---------------------------------------------------------------------------------

    def sign_in_first(self, visit: Visit) -> Response:
        """A page leads to the sign-in, the interface says so."""
        if visit.request.url.path.startswith(_API):
            return _refused(401)
        visit.session.intended = visit.path_and_query
        return see_other("/login", 302)

    def stale_form(self, visit: Visit) -> Response:
        """The answer to a form whose CSRF token is not the session's."""
        return self.error(403, path=visit.request.url.path)

    def sign_in_page(self, frame: Frame) -> str:
        """The empty sign-in form."""
        return self._pages.login(frame)

    def error_page(self, status: int, message: str | None = None) -> str:
        """An error page."""
        return self._pages.error(status, message or _ERRORS.get(status, _ERRORS[500])[1])

    def error(self, status: int, message: str | None = None, *, path: str = "/") -> Response:
        """An error page with its status; JSON for the JSON interface."""
        return _refused(status) if path.startswith(_API) else HTMLResponse(self.error_page(status, message), status)

    # --- signing in -----------------------------------------------------------------------------------------------

    def _login_page(self, visit: Visit) -> Response:
        if visit.account is not None:
            return see_other("/", 302)
        return HTMLResponse(self._pages.login(visit.frame()))

    def _sign_in(self, visit: Visit) -> Response:
        came, seconds = self.try_sign_in(visit, visit.form.get("username", ""), visit.form.get("password", ""))
        if visit.account is not None:
            intended, visit.session.intended = visit.session.intended, None
            return see_other(intended or "/")
        problem = {
            SignedIn.WRONG: "Unknown user name or wrong password",
            SignedIn.LOCKED: f"Too many attempts, try again in {seconds} s",
            SignedIn.DISABLED: "This user is disabled",
            SignedIn.CODE: "A code is needed",
            SignedIn.YES: "This user is not approved yet",
        }[came]
        return HTMLResponse(self._pages.login(visit.frame(), problem=problem), 401)

    def _sign_out(self, visit: Visit) -> Response:
        self.portal.sessions.end(visit.session)
        return see_other("/login")

    # --- reading --------------------------------------------------------------------------------------------------

    def _shell(self, visit: Visit) -> Response:
        return HTMLResponse(self._pages.shell(visit.frame()))

    def _list(self, visit: Visit) -> Response:
        query = visit.request.query_params
        state, email = query.get("state", ""), visit.me.email
        filters = Filters(status=JobStatus.PENDING if state == "open" else None)
        seen = [(job, job.matches[email]) for job in visit.me.board.listed(filters)]
        chosen = [(job, match) for job, match in seen if state in ("", json_views.STATES[match.status])]
        shown = cut(chosen, page=query.get("page"), size=_ROWS_A_PAGE)
        meta = {"page": shown.number, "pages": shown.last, "per_page": _ROWS_A_PAGE, "total": shown.total}
        rows = [json_views.row(job, match) for job, match in shown.items]
        return _json({"data": rows, "meta": meta, "user": json_views.user(visit.me)})

    def _assignment(self, visit: Visit) -> Response:
        found = self.portal.store.seen(visit.job_number, visit.me)
        if isinstance(found, Answer):
            return _refused(404)
        return _json({"data": json_views.whole(*found), "user": json_views.user(visit.me)})

    # --- doing ----------------------------------------------------------------------------------------------------

    def _accept(self, visit: Visit) -> Response:
        answer = self.portal.interpreters.accept(visit.job_number, us(visit.me.email), visit.now)
        if answer is not Answer.ACCEPTED:
            return self._not_done(visit)
        self.world.accepted_by_account(visit.job_number, visit.now)
        return _json({"result": "accepted", "message": "Assignment accepted"})

    def _decline(self, visit: Visit) -> Response:
        if self.portal.interpreters.reject(visit.job_number, visit.me, visit.now) is not Answer.REJECTED:
            return self._not_done(visit)
        return _json({"result": "declined", "message": "Assignment declined"})

    def _not_done(self, visit: Visit) -> Response:
        is_gone = isinstance(self.portal.store.seen(visit.job_number, visit.me), Answer)
        return _refused(404 if is_gone else 409)


def _json(content: dict[str, Any], status: int = 200) -> Response:
    return Response(to_json(content), status, media_type="application/json")


def _refused(status: int) -> Response:
    error, message = _ERRORS.get(status, _ERRORS[500])
    return _json({"error": error, "message": message}, status)
