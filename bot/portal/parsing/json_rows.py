"""A board that comes as JSON: the list from which a portal's script draws its rows."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.portal.definition.model import JobFields, JsonRows, Link, Meaning, PortalDefinition
from bot.portal.models import BoardRow, Form
from bot.portal.parsing.extract import chosen
from bot.portal.parsing.html_rows import ALWAYS_THERE, FoundRows, digest_of, read_rows, require_reference
from bot.portal.parsing.job_fields import job_from, unknown_status
from bot.portal.parsing.page import Answer
from bot.portal.parsing.values import one_line, read_count
from common.states import PortalAction


class NoJson(ValueError):
    """The text is no JSON: it may be a page that says why."""


#: No count of pages or jobs is longer than this; a damaged one can be.
_MOST_DIGITS = 9


class JsonAnswer(Answer):
    """An answer of JSON; raises NoJson for anything else."""

    def __init__(self, text: str, *, url: str, definition: PortalDefinition, user_name: str | None) -> None:
        super().__init__(text, url=url, definition=definition)
        try:
            self.data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NoJson(str(error)) from error
        if user_name is not None:
            self.user_name = one_line(self.text_at(user_name)) or None

    def value_at(self, path: str) -> Any:
        """What stands at a path; None where the path leads nowhere."""
        return value_at(self.data, path)

    def text_at(self, path: str) -> str:
        """What stands at a path, as a text."""
        return text_of_value(self.value_at(path))

    def number_at(self, path: str | None) -> int | None:
        """The number at a path, None without a path; raises LayoutChanged for anything else."""
        if path is None:
            return None
        text = self.text_at(path)
        if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
            raise self.changed(f"{path} is “{text[:40]}”, and no number")
        return int(text)


def value_at(data: Any, path: str) -> Any:
    """What stands at a path such as ``job.dates.0``; None where the path leads nowhere."""
    for name in path.split("."):
        if isinstance(data, Mapping):
            data = data.get(name)
        elif isinstance(data, list) and (place := read_count(name)) is not None and place < len(data):
            data = data[place]
        else:
            return None
    return data


def text_of_value(value: Any) -> str:
    """A value as text: yes and no as in JSON, nothing for null and for what has parts; a list line by line."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return "\n".join(text for item in value if not isinstance(item, list) and (text := text_of_value(item)))
    return ""


def json_rows(answer: JsonAnswer, shape: JsonRows) -> FoundRows:
    """The rows; empty only where the list is there and empty. Raises LayoutChanged."""
    rows = answer.value_at(shape.rows)
    if not isinstance(rows, list):
        raise answer.changed(f"there is no list of jobs at {shape.rows}")
    if not all(isinstance(row, Mapping) for row in rows):
        raise answer.changed(f"the list of jobs at {shape.rows} holds something that is no job")
    return read_rows(answer, rows, lambda row: _row(answer, row))


def json_texts(answer: JsonAnswer, data: Any, fields: JobFields) -> dict[str, str]:
    """The texts of a job in JSON; raises LayoutChanged where one that must be there is not."""
    texts: dict[str, str] = {}
    for name, source in fields.shown():
        path = source.path or ""
        if _is_nowhere(data, path) and (source.required or name in ALWAYS_THERE):
            raise answer.changed(f"a job has no {path}")
        lines = [one_line(line) for line in text_of_value(value_at(data, path)).splitlines()]
        texts[name] = chosen([line for line in lines if line], source)
    return texts


def _row(answer: JsonAnswer, row: Mapping[str, Any]) -> tuple[BoardRow, bool]:
    definition = answer.definition
    texts = json_texts(answer, row, definition.board.fields)
    meaning = answer.meaning(texts["portal_status"], texts.get("owner"))
    is_free = meaning is Meaning.FREE
    require_reference(answer, texts)
    portal_id = texts.get("portal_id", "")
    if not portal_id:
        raise answer.changed(f"the job {texts['reference']} has no id for its address")
    _require_one_job(answer, row, texts["reference"], portal_id)
    action, accept = _action(definition, row, portal_id) if is_free else (PortalAction.NONE, None)
    rejects = definition.reject
    reject = _request(definition, rejects, portal_id) if rejects and is_free and _is_offered(row, rejects) else None
    shown = json.dumps(_without_tokens(row, definition), sort_keys=True)
    made = BoardRow(
        job=job_from(answer, texts, portal_id=portal_id, action=action),
        accept=accept,
        is_ours=meaning is Meaning.OURS,
        doubt=unknown_status(answer, texts),
        reject=reject,
        digest=digest_of([shown]),
        html=shown if accept else "",
    )
    return made, is_free


def _require_one_job(answer: JsonAnswer, row: Mapping[str, Any], reference: str, portal_id: str) -> None:
    """Raise LayoutChanged where an address in the row leads to another job than its id."""
    definition = answer.definition
    paths = [definition.job.path, definition.accept.path, *([definition.job_data.path] if definition.job_data else [])]
    for text in _texts_in(row):
        for path in paths:
            if text.startswith(("/", "http")) and answer.is_of_another(text, path, portal_id):
                raise answer.changed(f"the addresses of {reference} lead to different jobs")


def _texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for part in value.values():
                yield from _texts_in(part)
        case list():
            for part in value:
                yield from _texts_in(part)


def _is_nowhere(data: Any, path: str) -> bool:
    parent, _, name = path.rpartition(".")
    holder = value_at(data, parent) if parent else data
    return value_at(data, path) is None and not (isinstance(holder, Mapping) and name in holder)


def _action(definition: PortalDefinition, row: Mapping[str, Any], portal_id: str) -> tuple[PortalAction, Form | None]:
    accept, quote = definition.accept, definition.quote
    if quote is not None and quote.when is not None and _is_offered(row, quote):
        return PortalAction.QUOTE, None
    if accept.when is not None and not _is_offered(row, accept):
        return PortalAction.NONE, None
    if accept.way in ("link", "page"):
        address = definition.url(accept.path, portal_id=portal_id)
        return PortalAction.ACCEPT, Form(action=address, method="get", fields=())
    return PortalAction.ACCEPT, _request(definition, accept, portal_id)


def _request(definition: PortalDefinition, link: Link, portal_id: str) -> Form:
    """What the portal's script would send; a reject is sent in the same way as an accept."""
    request = definition.accept.request
    address = definition.url(link.path, portal_id=portal_id)
    return Form(action=address, method=request.method, fields=tuple(request.fields.items()))


def _is_offered(row: Mapping[str, Any], link: Link) -> bool:
    return link.when is not None and text_of_value(value_at(row, link.when.path)) == link.when.value


def _without_tokens(row: Mapping[str, Any], definition: PortalDefinition) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in definition.pages.token_fields}
