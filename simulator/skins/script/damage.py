"""What faults change in the script's JSON and in its shell."""

import json
import re
from collections.abc import Callable
from typing import Any

from simulator.skins.damage import WRONG_BY
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
    """The damage to JSON; a page of HTML stays as it is."""

    def damage(body: str) -> str:
        if not body.startswith("{"):
            return body
        told = json.loads(body)
        whole = json.dumps(told)
        change(told)
        changed = json.dumps(told)
        return body if changed == whole else changed

    return damage


def _wrong_total(told: dict[str, Any]) -> None:
    if "meta" in told:
        told["meta"]["total"] += WRONG_BY


def _without_data(told: dict[str, Any]) -> None:
    told.pop("data", None)


def _renamed_keys(told: dict[str, Any]) -> None:
    data = told.get("data")
    for item in data if isinstance(data, list) else [data] if data else []:
        for key, other in _OTHER_KEYS.items():
            item[other] = item.pop(key)


def _without_board(body: str) -> str:
    if body.startswith("{"):
        return _in_json(_without_data)(body)
    return re.sub(r'<main id="app".*?</main>\n?', "", body, flags=re.DOTALL)


DAMAGES = {
    FaultKind.WRONG_TOTAL: _in_json(_wrong_total),
    FaultKind.MISSING_TABLE: _without_board,
    FaultKind.RENAMED_HEADINGS: _in_json(_renamed_keys),
}
