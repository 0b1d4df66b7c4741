"""What faults change on the board of cards."""

import re

from simulator.skins.page_faults import WRONG_BY
from simulator.web.faults import FaultKind

#: Class names of another layout.
_OTHER_CLASSES = {
    "card__no": "tile__id",
    "card__tag": "tile__state",
    "card__title": "tile__name",
    "card__when": "tile__date",
    "card__length": "tile__hours",
    "card__what": "tile__kind",
    "card__where": "tile__place",
    "sheet__title": "page__title",
    "sheet__tag": "page__state",
    "facts": "details",
}


def _wrong_total(html: str) -> str:
    return re.sub(r"(of )(\d+)( jobs</p>)", lambda found: f"{found[1]}{int(found[2]) + WRONG_BY}{found[3]}", html)


def _missing_lanes(html: str) -> str:
    return re.sub(r'<section class="lane .*?</section>\n?', "", html, flags=re.DOTALL)


def _renamed_classes(html: str) -> str:
    names = "|".join(_OTHER_CLASSES)
    return re.sub(rf'class="({names})"', lambda found: f'class="{_OTHER_CLASSES[found[1]]}"', html)


def _without_messages(html: str) -> str:
    return re.sub(r'<div class="flash .*?</div>\n?', "", html, flags=re.DOTALL)


PAGE_FAULTS = {
    FaultKind.WRONG_TOTAL: _wrong_total,
    FaultKind.MISSING_TABLE: _missing_lanes,
    FaultKind.RENAMED_HEADINGS: _renamed_classes,
    FaultKind.SWALLOW_MESSAGES: _without_messages,
}
