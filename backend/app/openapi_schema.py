"""The API's schema: its routes, the problem body, and the messages of the websocket.

``LiveMessage`` and its members stand under ``components.schemas`` although no route answers with them, so that the
dashboard's types for HTTP and for the websocket come from one source.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from app.configuration.schemas import ConfigurationChange
from app.live.schemas import LIVE_MESSAGE
from app.problems import Problem

_REF = "#/components/schemas/{model}"


def schema_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The ``openapi`` function for ``app``: its routes, the problem body, and the websocket's messages."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app)
        return app.openapi_schema

    return openapi


def _schema(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schemas: dict[str, Any] = schema["components"]["schemas"]
    # FastAPI documents its own body for 422; ours is the problem like every other
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    _, problem = models_json_schema([(Problem, "serialization")], ref_template=_REF)
    live = LIVE_MESSAGE.json_schema(mode="serialization", ref_template=_REF)
    schemas.update(problem["$defs"])
    schemas.update(live.pop("$defs"))
    schemas["LiveMessage"] = {**live, "title": "LiveMessage", "description": "One message of the websocket `/ws`."}
    _keep_what_is_sent_apart(schemas)
    for name, component in schemas.items():
        is_sent = name == ConfigurationChange.__name__ or name.endswith(_SENT)
        _say_what_is_always_there(component, is_answer=not is_sent and name != Problem.__name__)
    _say_what_a_time_is(schemas)
    schema["components"]["schemas"] = dict(sorted(schemas.items()))
    return schema


#: A wall clock time. JSON Schema's own format ``time`` is one with an offset.
_TIME = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$"


def _say_what_a_time_is(node: Any) -> None:
    if isinstance(node, dict):
        if node.get("format") == "time":
            del node["format"]
            node["pattern"] = _TIME
        for value in node.values():
            _say_what_a_time_is(value)
    elif isinstance(node, list):
        for value in node:
            _say_what_a_time_is(value)


#: Ends the name of a part of a change, where parts of answers have the same name.
_SENT = "Change"


def _keep_what_is_sent_apart(schemas: dict[str, Any]) -> None:
    """Parts of a change get names of their own: what may be left out of them is always there in an answer."""
    parts: set[str] = set()
    waiting = [ConfigurationChange.__name__]
    while waiting:
        for name in _referenced(schemas[waiting.pop()]) - parts:
            if "properties" in schemas[name]:
                parts.add(name)
                waiting.append(name)
    renamed = {_REF.format(model=name): _REF.format(model=f"{name}{_SENT}") for name in parts}
    for name in parts:
        schemas[f"{name}{_SENT}"] = _with_references(schemas[name], renamed) | {"title": f"{name}{_SENT}"}
    change = ConfigurationChange.__name__
    schemas[change] = _with_references(schemas[change], renamed)


def _referenced(node: Any) -> set[str]:
    """The names of the components that a part of the schema refers to itself."""
    if isinstance(node, dict):
        own = {node["$ref"].rpartition("/")[2]} if "$ref" in node else set()
        return own.union(*(_referenced(value) for value in node.values()))
    return set().union(*(_referenced(value) for value in node)) if isinstance(node, list) else set()


def _with_references(node: Any, renamed: Mapping[str, str]) -> Any:
    """A copy in which some references are others."""
    if isinstance(node, dict):
        return {
            key: renamed.get(value, value) if key == "$ref" else _with_references(value, renamed)
            for key, value in node.items()
        }
    return [_with_references(value, renamed) for value in node] if isinstance(node, list) else node


def _say_what_is_always_there(component: dict[str, Any], *, is_answer: bool) -> None:
    """Answers are written out in full, so every field of an answer is required."""
    properties: dict[str, dict[str, Any]] = component.get("properties", {})
    for described in properties.values():
        described.pop("default", None)
    if properties and is_answer:
        component["required"] = list(properties)
