"""Whether a job is in a place that the owner named: by postcode area, or by a word of the address.

A UK postcode has an outward part (area letters, district: ``SW1A``) and an inward part (a digit and two letters:
``1AA``). An owner may name an area (``M``), a district (``M1``, ``SW1A``; ``SW1`` stands for all of ``SW1A`` to
``SW1Y``), a sector (``SW1A 1``) or a whole postcode. ``M`` is not ``ME``, and ``M1`` is not ``M11``.
"""

import re
from collections.abc import Iterable

from bot.core.spelling import has_words

_POSTCODE = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(?:(\d)([A-Z]{2})?)?$")
_AREA = re.compile(r"^[A-Z]{1,2}$")
_SUB_DISTRICT = re.compile(r"^(.*\d)[A-Z]$")
_FULL_POSTCODE = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})$")


def in_any_place(places: Iterable[str], *, postcode: str | None, address: str | None) -> bool:
    """Whether one of the places is where the job is."""
    return any(_in_place(place, postcode, address) for place in places)


def needs_postcode(place: str) -> bool:
    """Whether this names a part of a postcode, so that only a job's postcode can tell whether it is there."""
    wanted = " ".join(place.upper().split())
    return bool(_AREA.match(wanted) or _POSTCODE.match(wanted))


def is_whole_postcode(text: str | None) -> bool:
    """Whether this is a postcode with both its parts."""
    return bool(_FULL_POSTCODE.match(" ".join((text or "").upper().split())))


def _in_place(place: str, postcode: str | None, address: str | None) -> bool:
    wanted = " ".join(place.upper().split())
    code = _FULL_POSTCODE.match(" ".join((postcode or "").upper().split()))
    if code and _in_code(wanted, outward=code[1], inward=code[2]):
        return True
    return bool(address) and has_words(address or "", place)


def _in_code(wanted: str, *, outward: str, inward: str) -> bool:
    if _AREA.match(wanted):
        return outward.startswith(wanted) and outward[len(wanted)].isdigit()
    parts = _POSTCODE.match(wanted)
    if not parts:
        return False
    if parts[2]:
        return outward == parts[1] and inward.startswith(parts[2] + (parts[3] or ""))
    sub_district = _SUB_DISTRICT.match(outward)
    return outward == wanted or (sub_district is not None and sub_district[1] == wanted)
