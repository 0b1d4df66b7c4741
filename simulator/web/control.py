"""The control interface: JSON on a port of its own, for tests, benchmarks and the launcher; no part of the portal."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.clock import Clock
from simulator.domain.accounts import Account, AccountState
from simulator.domain.jobs import Job, us
from simulator.domain.portal import Portal
from simulator.web.control_models import (
    AccountRequest,
    AssignRequest,
    ChangeRequest,
    JobRequest,
    JobTruth,
    MatchRequest,
    Problem,
    RequestTold,
)
from simulator.web.faults import FaultList, FaultRequest
from simulator.web.request_log import RequestLog
from simulator.web.site import Site
from simulator.world.world import RivalPlan, World

_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

Asked = TypeVar("Asked", bound=BaseModel)


class _Refuse(Exception):
    """A refused request; the message is the body of the answer."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def _json(content: Any, status: int = 200) -> Response:
    return Response(to_json(content), status, media_type="application/json")


def _problem(status: int, title: str, detail: str, errors: Iterable[dict[str, str]] = ()) -> Response:
    problem = Problem(title=title, status=status, detail=detail, errors=list(errors))
    return Response(to_json(problem), status, media_type="application/problem+json")


class OwnMachineOnly:
    """Middleware that rejects requests from web pages of other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request of this machine; refuse any other."""
        if scope["type"] == "http":
            request = Request(scope)
            origin = request.headers.get("origin")
            foreign = request.url.hostname not in _LOCAL_HOSTS
            if foreign or (origin is not None and urlsplit(origin).hostname not in _LOCAL_HOSTS):
                answer = _problem(403, "Forbidden", "the control interface answers this machine alone")
                return await answer(scope, receive, send)
        return await self._app(scope, receive, send)


class ControlInterface:
    """The control interface as an ASGI application."""

    def __init__(self, *, site: Site, faults: FaultList, log: RequestLog, clock: Clock, portal_url: str) -> None:
        self._site = site
        self._portal: Portal = site.portal
        self._world: World = site.world
        self._faults = faults
        self._log = log
        self._clock = clock
        self._portal_url = portal_url
        app = Starlette(
            routes=[
                Route("/health", self._health, methods=["GET"]),
                Route("/settings", self._settings, methods=["GET"]),
                Route("/settings", self._change_settings, methods=["PUT"]),
                Route("/jobs", self._post_jobs, methods=["POST"]),
                Route("/jobs", self._jobs, methods=["GET"]),
                Route("/jobs/{number:int}", self._about(self._truth), methods=["GET"]),
                Route("/jobs/{number:int}/assign", self._about(self._assign), methods=["POST"]),
                Route("/jobs/{number:int}/cancel", self._about(self._cancel), methods=["POST"]),
                Route("/jobs/{number:int}/remove", self._about(self._remove), methods=["POST"]),
                Route("/jobs/{number:int}/change", self._about(self._change), methods=["POST"]),
                Route("/jobs/{number:int}/match-again", self._about(self._match_again), methods=["POST"]),
                Route("/jobs/{number:int}/remove-match", self._about(self._remove_match), methods=["POST"]),
                Route("/faults", self._set_fault, methods=["POST"]),
                Route("/faults", self._list_faults, methods=["GET"]),
                Route("/faults", self._clear_faults, methods=["DELETE"]),
                Route("/accounts", self._put_account, methods=["POST"]),
                Route("/accounts", self._accounts, methods=["GET"]),
                Route("/requests", self._requests, methods=["GET"]),
                Route("/requests", self._forget_requests, methods=["DELETE"]),
            ],
            exception_handlers={
                _Refuse: _refused,
                HTTPException: _http_error,
                ValidationError: _invalid,
            },
        )
        self.app = OwnMachineOnly(app)

    # --- the whole ------------------------------------------------------------------------------------------------

    async def _health(self, _request: Request) -> Response:
        return _json(
            {
                "status": "ok",
                "portal": self._portal_url,
                "skin": self._site.skin,
                "jobs": len(self._portal.store.jobs),
                "open_jobs": len(self._portal.store.pending),
                "accounts": len(self._portal.accounts),
                "now": self._clock.now(),
            }
        )

    async def _settings(self, _request: Request) -> Response:
        return _json(self._world.settings)

    async def _change_settings(self, request: Request) -> Response:
        changes = await _body(request)
        if not isinstance(changes, dict):
            raise _Refuse(422, "send an object with the settings to change")
        self._world.change(self._world.settings.changed(changes), self._clock.now())
        return _json(self._world.settings)

    # --- jobs -----------------------------------------------------------------------------------------------------

    async def _post_jobs(self, request: Request) -> Response:
        asked = await _asked(request, JobRequest)
        given = asked.given()
        if asked.accounts is not None:
            given["matched_to"] = frozenset(self._account(email).email for email in asked.accounts)
        plan = None
        if asked.is_planned:
            plan = RivalPlan(reaction_ms=asked.rival_reaction_ms, after_accept_ms=asked.rival_after_accept_ms)
        drafts = self._world.drafts(asked.count, self._clock.now(), given, anywhere=asked.is_anywhere)
        now = self._clock.now()  # all of them are there at one moment, however long it took to make them up
        jobs = [self._world.post(draft, now, plan=plan) for draft in drafts]
        return _json({"jobs": [JobTruth.of(job) for job in jobs]}, 201)

    async def _jobs(self, request: Request) -> Response:
        query = request.query_params
        since = query.get("since", "0")
        if not since.isdecimal():
            raise _Refuse(422, "since is a job number")
        truths = (JobTruth.of(job) for job in self._portal.store.jobs.values() if job.number >= int(since))
        chosen = [
            truth
            for truth in truths
            if query.get("status", truth.status) == truth.status
            and ("holder" not in query or query["holder"] == (truth.holder or ""))
        ]
        return _json({"jobs": chosen})

    def _about(self, handler: Callable[[Request, Job], Awaitable[None]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            job = self._portal.store.jobs.get(int(request.path_params["number"]))
            if job is None:
                raise _Refuse(
                    404, f"there is no job {request.path_params['number']}, or it is long settled and forgotten"
                )
            await handler(request, job)
            return _json(JobTruth.of(job))

        return answer

    async def _truth(self, _request: Request, _job: Job) -> None:
        """Do nothing."""

    async def _assign(self, request: Request, job: Job) -> None:
        to = (await _asked(request, AssignRequest)).to
        if to.startswith("us:"):
            to = us(self._account(to.removeprefix("us:")).email)
        self._portal.agency.assign(job, to, self._clock.now())

    async def _cancel(self, _request: Request, job: Job) -> None:
        self._portal.agency.cancel(job, self._clock.now())

    async def _remove(self, _request: Request, job: Job) -> None:
        self._portal.agency.remove(job, self._clock.now())

    async def _change(self, request: Request, job: Job) -> None:
        asked = await _asked(request, ChangeRequest)
        self._portal.agency.change(
            job, self._clock.now(), **{name: getattr(asked, name) for name in asked.model_fields_set}
        )

    async def _match_again(self, _request: Request, job: Job) -> None:
        self._portal.agency.match_again(job, self._clock.now())

    async def _remove_match(self, request: Request, job: Job) -> None:
        account = self._account((await _asked(request, MatchRequest)).account)
        if account.email not in job.matches:
            raise _Refuse(422, f"job {job.number} is not matched to {account.email}")
        self._portal.agency.remove_match(job, account, self._clock.now())

    # --- faults ---------------------------------------------------------------------------------------------------

    async def _set_fault(self, request: Request) -> Response:
        asked = await _asked(request, FaultRequest)
        if not self._site.can_break(asked.kind):
            raise _Refuse(422, f"the skin {self._site.skin} has nothing that {asked.kind.value} could strike")
        fault = self._faults.set(asked, self._clock.now())
        return _json(fault.told(), 201)

    async def _list_faults(self, _request: Request) -> Response:
        return _json({"faults": [fault.told() for fault in self._faults.all]})

    async def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    # --- accounts -------------------------------------------------------------------------------------------------

    async def _put_account(self, request: Request) -> Response:
        asked = await _asked(request, AccountRequest)
        account = self._portal.accounts.find(asked.email)
        if account is not None:
            account.password = asked.password or account.password
            account.name = asked.name or account.name
            account.state = asked.state or account.state
            return _json(_account_told(account))
        if asked.password is None:
            raise _Refuse(422, "a new account needs a password")
        now = self._clock.now()
        account = self._portal.add_account(
            asked.email, asked.password, asked.name or "New Interpreter", now, asked.state or AccountState.ENABLED
        )
        self._world.welcome(account, now, population=asked.population)
        return _json(_account_told(account), 201)

    async def _accounts(self, _request: Request) -> Response:
        return _json({"accounts": [_account_told(account) for account in self._portal.accounts]})

    def _account(self, email: str) -> Account:
        account = self._portal.accounts.find(email)
        if account is None:
            raise _Refuse(422, f"there is no account {email}; make one with POST /accounts")
        return account

    # --- requests -------------------------------------------------------------------------------------------------

    async def _requests(self, _request: Request) -> Response:
        return _json([RequestTold(**asdict(one)) for one in self._log.seen])

    async def _forget_requests(self, _request: Request) -> Response:
        self._log.seen.clear()
        return Response(status_code=204)


def _account_told(account: Account) -> dict[str, str]:
    return {"email": account.email, "name": account.name, "state": account.state.value}


async def _body(request: Request) -> Any:
    body = await request.body()
    try:
        return (await request.json()) if body else {}
    except ValueError as error:
        raise _Refuse(400, f"the body is not JSON: {error}") from error


async def _asked(request: Request, model: type[Asked]) -> Asked:
    return model.model_validate(await _body(request))


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, _Refuse) else 500
    return _problem(status, "That cannot be done", str(error))


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else str(error)
    return _problem(status, detail, "see docs/explanation/simulator.md for what there is")


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ValidationError):
        raise error
    errors = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in error.errors(include_url=False, include_input=False)
    ]
    detail = "; ".join(f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in errors)
    return _problem(422, "That is not valid", detail, errors)
