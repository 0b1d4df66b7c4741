"""What faults change in the tracker."""

import re

from simulator.skins.page_faults import WRONG_BY
from simulator.web.faults import FaultKind

#: Headings of another version of the tracker.
_OTHER_HEADINGS = {
    "Ticket": "Id",
    "Summary": "Title",
    "Type": "Kind",
    "Component": "Area",
    "Owner": "Assignee",
    "State": "Progress",
    "Created": "Opened",
    "Do": "Actions",
}


def _wrong_total(html: str) -> str:
    return re.sub(
        r'(<div class="paging">Results \(.* of )(\d+)', lambda found: f"{found[1]}{int(found[2]) + WRONG_BY}", html
    )


def _missing_table(html: str) -> str:
    return re.sub(r'<table class="listing.*?</table>\n?', "", html, flags=re.DOTALL)


def _renamed_headings(html: str) -> str:
    return re.sub(r"<th>([^<:]*)</th>", lambda found: f"<th>{_OTHER_HEADINGS.get(found[1], found[1])}</th>", html)


def _without_messages(html: str) -> str:
    return re.sub(r'<div class="system-message notice">.*?</div>\n?', "", html, flags=re.DOTALL)


PAGE_FAULTS = {
    FaultKind.WRONG_TOTAL: _wrong_total,
    FaultKind.MISSING_TABLE: _missing_table,
    FaultKind.RENAMED_HEADINGS: _renamed_headings,
    FaultKind.SWALLOW_MESSAGES: _without_messages,
}
