"""What faults change in the script's JSON and in its shell."""

import json
import re
from collections.abc import Callable
from typing import Any

from simulator.skins.page_faults import WRONG_BY
from simulator.web.faults import FaultKind

#: Keys of another version of the interface.
_OTHER_KEYS = {
    "reference": "ref",
    "state": "status",
    "starts_at": "begin",
    "duration_minutes": "minutes",
    "language": "tongue",
    "type": "kind",
}


def _in_json(change: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    """The fault in JSON; a page of HTML stays as it is."""

    def page_fault(body: str) -> str:
        if not body.startswith("{"):
            return body
        answer = json.loads(body)
        whole = json.dumps(answer)
        change(answer)
        changed = json.dumps(answer)
        return body if changed == whole else changed

    return page_fault


def _wrong_total(answer: dict[str, Any]) -> None:
    if "meta" in answer:
        answer["meta"]["total"] += WRONG_BY


def _without_data(answer: dict[str, Any]) -> None:
    answer.pop("data", None)


def _renamed_keys(answer: dict[str, Any]) -> None:
    data = answer.get("data")
    for item in data if isinstance(data, list) else [data] if data else []:
        for key, other in _OTHER_KEYS.items():
            item[other] = item.pop(key)


def _without_board(body: str) -> str:
    if body.startswith("{"):
        return _in_json(_without_data)(body)
    return re.sub(r'<main id="app".*?</main>\n?', "", body, flags=re.DOTALL)


PAGE_FAULTS = {
    FaultKind.WRONG_TOTAL: _in_json(_wrong_total),
    FaultKind.MISSING_TABLE: _without_board,
    FaultKind.RENAMED_HEADINGS: _in_json(_renamed_keys),
}
