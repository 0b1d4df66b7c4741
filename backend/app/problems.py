"""Error answers: one shape, RFC 9457 problem details, for everything that can go wrong with a request.

ProblemError
├── NotFound              404  nothing there by that name
├── Conflict              409  the present state does not allow it; says what to do
├── InvalidInput          422  fields with messages beside them
├── ForeignRequest        403  the request came from another site or was sent to another name
├── DatabaseAway          503  Postgres does not answer; with Retry-After
└── RedisAway             503  Redis does not answer; with Retry-After
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

#: The media type of every error body (RFC 9457, section 3).
PROBLEM_JSON = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one field of the input."""

    model_config = ConfigDict(frozen=True)

    #: the field's name; a dot leads into lists and objects, e.g. ``job_type_filter.1``
    field: str
    #: in words for the person who filled it in
    message: str


class Problem(BaseModel):
    """The body of every error answer (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Stable short name of the kind of problem, as a URN, e.g. `urn:atoz:conflict`.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened and what to do about it, in words for the owner.")
    errors: list[FieldProblem] | None = Field(default=None, description="Where single fields are wrong: which and why.")
    request_id: str | None = Field(default=None, description="Finds the request in the log.")


class ProblemError(Exception):
    """Something that is answered with a problem body."""

    status: ClassVar[int] = 500
    kind: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"

    def __init__(
        self, detail: str, *, errors: Sequence[FieldProblem] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


class NotFound(ProblemError):
    """Nothing there by that name."""

    status = 404
    kind = "not-found"
    title = "Not found"


class Conflict(ProblemError):
    """The present state does not allow it."""

    status = 409
    kind = "conflict"
    title = "Not possible as things stand"


class InvalidInput(ProblemError):
    """Fields of the input are wrong."""

    status = 422
    kind = "invalid-input"
    title = "Some of the input is not valid"


class ForeignRequest(ProblemError):
    """The request came from another site, or was sent to a name that is not ours."""

    status = 403
    kind = "foreign-request"
    title = "Refused: the request did not come from this machine's dashboard"


class DatabaseAway(ProblemError):
    """Postgres does not answer."""

    status = 503
    kind = "database-away"
    title = "The database does not answer"

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL does not answer, so nothing can be looked up or saved now. A running bot goes on working and "
            "keeps its reports. Check that PostgreSQL runs; this page works again by itself when it does.",
            headers={"Retry-After": "2"},
        )


class RedisAway(ProblemError):
    """Redis does not answer."""

    status = 503
    kind = "redis-away"
    title = "The bot cannot be reached"

    def __init__(self) -> None:
        super().__init__(
            "Redis, through which the bot is told what to do, does not answer, so it is not certain that the bot heard "
            "this. Check that Redis runs, see whether anything happened, and press the button again if nothing did.",
            headers={"Retry-After": "2"},
        )


def problem_responses(*problems: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """The ``responses=`` of an endpoint that can answer these problems."""
    return {
        problem.status: {
            "description": problem.title,
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for problem in problems
    }
