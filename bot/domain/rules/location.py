"""Matching a job's postcode and address with the places that the owner named.

A UK postcode has an outward part (area letters, district: ``SW1A``) and an inward part (a digit and two letters:
``1AA``). An owner may name an area (``M``), a district (``M1``, ``SW1A``; ``SW1`` stands for all of ``SW1A`` to
``SW1Y``), a sector (``SW1A 1``) or a whole postcode. ``M`` is not ``ME``, and ``M1`` is not ``M11``.

A name that is a part of a postcode is compared with postcodes alone: ``E`` is the east of London, and does not match
the address ``Unit E, Leeds``. Every other name (``Bath``, ``Ely``, ``UK``) is searched for in the address.
"""

import re
from collections.abc import Iterable

from bot.domain.text_matching import has_words

_POSTCODE = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(?:(\d)([A-Z]{2})?)?$")
_AREA = re.compile(r"^[A-Z]{1,2}$")
#: All postcode areas, those of the islands included: no other word of two letters is a part of a postcode.
_AREA_NAMES = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW "
    "OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC "
    "WD WF WN WR WS WV YO ZE"
)
_AREAS = frozenset(_AREA_NAMES.split())
_SUB_DISTRICT = re.compile(r"^(.*\d)[A-Z]$")
_FULL_POSTCODE = re.compile(r"^([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})$")
_POSTCODE_WITHIN = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})\b")


def in_any_place(places: Iterable[str], *, postcode: str | None, address: str | None) -> bool:
    """Whether the job is in one of the places."""
    return any(_in_place(place, postcode, address) for place in places)


def needs_postcode(place: str) -> bool:
    """Whether this place is a part of a postcode, so that only a job's postcode can match it."""
    wanted = " ".join(place.upper().split())
    return wanted in _AREAS or bool(_POSTCODE.match(wanted))


def is_whole_postcode(text: str | None) -> bool:
    """Whether this is a postcode with both its parts."""
    return bool(_FULL_POSTCODE.match(" ".join((text or "").upper().split())))


def _in_place(place: str, postcode: str | None, address: str | None) -> bool:
    wanted = " ".join(place.upper().split())
    codes = _codes(postcode, address)
    # if an address holds several postcodes, it is unknown which one is meant: all of them have to match
    if codes and all(_in_code(wanted, outward=outward, inward=inward) for outward, inward in codes):
        return True
    return not needs_postcode(place) and has_words(address or "", place)


def _codes(postcode: str | None, address: str | None) -> list[tuple[str, str]]:
    """The job's postcode in its two parts; if it shows no whole one, all postcodes in its address."""
    code = _FULL_POSTCODE.match(" ".join((postcode or "").upper().split()))
    if code:
        return [(code[1], code[2])]
    return [(found[1], found[2]) for found in _POSTCODE_WITHIN.finditer((address or "").upper())]


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
