"""Every error as a problem body (RFC 9457)."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from app.database.connection import SchemaNotReady, is_away
from app.problems import PROBLEM_JSON, DatabaseAway, FieldProblem, InvalidInput, Problem, ProblemError

log = structlog.get_logger(__name__)


_THAT_CHANGE_NOTHING = frozenset({"GET", "HEAD"})


class ProblemResponse(JSONResponse):
    """An answer with a problem body."""

    media_type = PROBLEM_JSON


def answer(problem: ProblemError) -> ProblemResponse:
    """The answer that a problem is."""
    return _answer(
        kind=problem.kind,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        errors=problem.errors,
        headers=problem.headers,
    )


def _answer(
    *,
    kind: str,
    title: str,
    status: int,
    detail: str,
    errors: Iterable[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    body = Problem(
        type=f"urn:atoz:{kind}",
        title=title,
        status=status,
        detail=detail,
        errors=list(errors) or None,
        request_id=correlation_id.get(),
    )
    return ProblemResponse(body.model_dump(exclude_none=True), status_code=status, headers=dict(headers or {}))


def field_problems(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Pydantic's errors as fields with messages; where a value stood (body, query, path) is left out."""
    problems = []
    for error in errors:
        place = [str(part) for part in error["loc"]]
        if place and place[0] in {"body", "query", "path", "header"}:
            place = place[1:]
        problems.append(
            FieldProblem(
                field=".".join(place) if error["type"] != "json_invalid" else "",
                message=str(error["msg"]).removeprefix("Value error, "),
            )
        )
    return problems


async def _problem(_: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, ProblemError):
        raise error
    return answer(error)


async def _invalid(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    problems = field_problems(error.errors())
    said = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in problems)
    begins = "" if request.method in _THAT_CHANGE_NOTHING else "Nothing was changed. "
    return answer(InvalidInput(f"{begins}{said}", errors=problems))


async def _http(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # the one that FastAPI itself makes: a body that is no text at all
        return answer(InvalidInput("Nothing was changed. The body of the request is not JSON in UTF-8."))
    status = HTTPStatus(error.status_code)
    return _answer(
        kind=status.phrase.lower().replace(" ", "-"),
        title=status.phrase,
        status=status,
        detail=error.detail if error.detail != status.phrase else status.description or status.phrase,
        headers=_allowed(request, error.headers) if status == HTTPStatus.METHOD_NOT_ALLOWED else error.headers,
    )


def _allowed(request: Request, named: Mapping[str, str] | None) -> dict[str, str]:
    """All methods of a path: the framework names those of the first route alone."""
    documented = request.app.openapi()["paths"].get(request.url.path)
    if documented is None:
        return dict(named or {})
    return {"Allow": ", ".join(sorted(method.upper() for method in documented))}


async def _database(request: Request, error: Exception) -> ProblemResponse:
    if is_away(error):
        return answer(DatabaseAway())
    return await _unexpected(request, error)


async def _unexpected(request: Request, error: Exception) -> ProblemResponse:
    log.error(
        "a request failed unexpectedly",
        action="request_failed",
        method=request.method,
        path=request.url.path,
        exc_info=error,
    )
    return _answer(
        kind="internal",
        title="Something went wrong here",
        status=500,
        detail="The control plane made a mistake. The log file logs/backend.log says more; nothing was saved.",
    )


def answer_errors(app: FastAPI) -> None:
    """Have every error of the app answered with a problem body."""
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in (DBAPIError, SchemaNotReady, NoConnectionFree):
        app.add_exception_handler(away, _database)
    app.add_exception_handler(Exception, _unexpected)
