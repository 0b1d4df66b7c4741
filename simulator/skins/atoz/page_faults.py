"""What faults change on the AtoZ portal's pages."""

import re

from simulator.skins.page_faults import WRONG_BY
from simulator.web.faults import FaultKind

#: How the headings read when they are renamed.
_OTHER_HEADINGS = {
    "Ref": "Reference number",
    "Submitted": "Received",
    "Appt. Date": "When",
    "Appt. Time": "At",
    "Duration": "Length",
    "Language": "Tongue",
    "Status": "State",
    "Action": "Options",
}


def _wrong_total(html: str) -> str:
    return re.sub(r'(<span class="badge">)(\d+)', lambda found: f"{found[1]}{int(found[2]) + WRONG_BY}", html)


def _missing_table(html: str) -> str:
    return re.sub(r'<section class="content__table">.*?</section>', "", html, flags=re.DOTALL)


def _renamed_headings(html: str) -> str:
    def renamed(found: re.Match[str]) -> str:
        return f"{found[1]}{_OTHER_HEADINGS.get(found[2], found[2])}"

    return re.sub(r'(<th class="table__heading">)([^<]*)', renamed, html)


def _without_messages(html: str) -> str:
    return re.sub(r'<aside class="messages">.*?</aside>\n?', "", html, flags=re.DOTALL)


PAGE_FAULTS = {
    FaultKind.WRONG_TOTAL: _wrong_total,
    FaultKind.MISSING_TABLE: _missing_table,
    FaultKind.RENAMED_HEADINGS: _renamed_headings,
    FaultKind.SWALLOW_MESSAGES: _without_messages,
}
