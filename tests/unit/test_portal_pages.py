"""Every shape of page in ``tests/pages``: the page as it came, and what must be read from it.

A folder holds ``page.html`` (or ``page.json``) and ``expected.json``: which page of which portal it is, at which
address, and either what is read (``expected``) or the error that says what to do next (``raises``). Fields that are not
named are empty.
"""

import json
from dataclasses import fields
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import Job
from bot.portal import errors
from bot.portal.definition.model import PortalDefinition, load
from bot.portal.models import BoardPage, Form, JobPage
from bot.portal.parsing.parse import is_signed_in, parse_board, parse_job_page, read_accept_page, sign_in_refusal

PAGES = Path(__file__).parents[1] / "pages"
SHAPES = sorted(folder.name for folder in PAGES.iterdir() if folder.is_dir())


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date | time | datetime) else value


def job_as_json(job: Job) -> dict[str, Any]:
    values = {field.name: getattr(job, field.name) for field in fields(job)}
    return {name: plain(value) for name, value in values.items() if value is not None}


def form_as_json(form: Form | None) -> dict[str, Any] | None:
    return {"action": form.action, "method": form.method, "fields": dict(form.fields)} if form else None


def board_as_json(board: BoardPage) -> dict[str, Any]:
    return {
        "user_name": board.user_name,
        "number": board.number,
        "pages": list(board.pages),
        "badge_total": board.badge_total,
        "messages": list(board.messages),
        "terms_shown": board.terms_shown,
        "rows": [
            {"job": job_as_json(row.job), "accept": form_as_json(row.accept), "reject": form_as_json(row.reject)}
            for row in board.rows
        ],
    } | ({"doubts": list(board.doubts), "unidentified": board.unidentified} if board.doubts else {})


def job_page_as_json(page: JobPage) -> dict[str, Any]:
    return {"user_name": page.user_name, "ownership": page.ownership, "job": job_as_json(page.job)}


def refusal_as_json(html: str, url: str, definition: PortalDefinition) -> dict[str, Any]:
    refusal = sign_in_refusal(html, page_url=url, definition=definition)
    told = refusal and {
        "code": refusal[0],
        "said": refusal[1],
        "wait_seconds": refusal[2].total_seconds() if refusal[2] else None,
    }
    return {"refusal": told, "signed_in": is_signed_in(html, definition=definition)}


def read(shape: dict[str, Any], html: str) -> dict[str, Any]:
    definition, url = load(shape["definition"]), shape["url"]
    if html.startswith("{") or "/api/" in url:
        definition = definition.without_browser()
    match shape["reads"]:
        case "board":
            return board_as_json(parse_board(html, definition=definition, page_url=url))
        case "job":
            return job_page_as_json(parse_job_page(html, definition=definition, page_url=url))
        case "accept":
            form = read_accept_page(html, definition=definition, page_url=url, portal_id=shape["portal_id"])
            return {"form": form_as_json(form)}
        case "refusal":
            return refusal_as_json(html, url, definition)
    raise AssertionError(f"{shape['reads']} is nothing that can be read")


@pytest.mark.parametrize("name", SHAPES)
def test_page(name: str) -> None:
    shape = json.loads((PAGES / name / "expected.json").read_text(encoding="utf-8"))
    html = next((PAGES / name).glob("page.*")).read_text(encoding="utf-8")
    if "raises" not in shape:
        assert read(shape, html) == shape["expected"]
        return
    with pytest.raises(errors.PortalError) as raised:
        read(shape, html)
    assert {"error": type(raised.value).__name__, "message": raised.value.message} == shape["raises"]
    if isinstance(raised.value, errors.LayoutChanged):
        assert raised.value.html == html
        assert raised.value.url == shape["url"]


def test_there_is_a_folder_for_every_shape_that_the_portal_is_known_to_have() -> None:
    assert len(SHAPES) >= 110
    assert {"board-every-kind-of-row", "board-empty", "cards-board", "script-data", "tickets-edit"} <= set(SHAPES)
