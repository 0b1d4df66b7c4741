"""Postcode areas and places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.rules.location import in_any_place

areas = st.sampled_from(["E", "S", "M", "LS", "ST", "SW1", "SW1A 1", "LS9 7TF", "m1"])


@pytest.mark.parametrize(
    ("place", "postcode", "found"),
    [
        ("M", "M1 4BT", True),
        ("m", "m1 4bt", True),
        ("M", "ME1 4BT", False),
        ("E", "EC1A 1BB", False),
        ("EC", "EC1A 1BB", True),
        ("M1", "M1 4BT", True),
        ("M1", "M11 4BT", False),
        ("M1", "M14 4BT", False),
        ("SW1", "SW1A 1AA", True),
        ("SW1", "SW10 1AA", False),
        ("SW1A", "SW1A 1AA", True),
        ("SW1A", "SW1W 1AA", False),
        ("SW1A 1", "SW1A 1AA", True),
        ("SW1A 2", "SW1A 1AA", False),
        ("SW1A 1AA", "SW1A1AA", True),
        ("SW1A1AA", "SW1A 1AA", True),
        ("SW1A 1AB", "SW1A 1AA", False),
        # a postcode without its inward part has nothing to compare with
        ("M", "M1", False),
        ("Leeds", "LS1 4BT", False),
        ("LS", "LS1", False),
        ("M", None, False),
    ],
)
def test_postcode_areas(place: str, postcode: str | None, found: bool) -> None:
    assert in_any_place([place], postcode=postcode, address=None) is found


@pytest.mark.parametrize(
    ("place", "postcode", "address", "found"),
    [
        # S is Sheffield, E the east of London: letters of an address are neither
        ("S", "LS9 7TF", "St James's Hospital\nBeckett Street\nLeeds\nLS9 7TF", False),
        ("E", "LS9 7TF", "Unit E\nLeeds\nLS9 7TF", False),
        ("E", None, "Unit E\nLeeds", False),
        ("M1", None, "Beside the M1\nLeeds", False),
        ("E", "E1 6AN", "Unit B\nLondon", True),
        ("st", "LS9 7TF", "St James's Hospital", False),
        # a postcode that stands in the address is one, where the job shows no other
        ("LS", None, "Beckett Street\nLeeds ls9 7tf", True),
        ("LS9", "Leeds", "Beckett Street, LS97TF, Leeds", True),
        ("S", None, "Beckett Street\nLeeds LS9 7TF", False),
        ("LS", "M1 4BT", "Beckett Street\nLeeds LS9 7TF", False),
        ("LS", None, "Beckett Street LS9 7TF, or Mosley Street M2 3JL", False),
        # names, and words of two letters that are no part of a postcode
        ("Bath", "BA1 1SU", "Guildhall\nBath", True),
        ("Bath", "BA1 1SU", "Guildhall\nBathgate", False),
        ("Deal", "CT14 6EU", "High Street\nDeal", True),
        ("Ely", None, "Cathedral Close\nEly", True),
        ("UK", "LS9 7TF", "Leeds, UK", True),
        ("St James", "LS9 7TF", "St James's Hospital\nLeeds", True),
    ],
)
def test_areas_are_asked_of_postcodes_and_names_of_the_address(
    place: str, postcode: str | None, address: str, found: bool
) -> None:
    assert in_any_place([place], postcode=postcode, address=address) is found


@given(areas, st.sampled_from(["LS9 7TF", "SW1A 1AA", "S1 2HH", "e1 6an"]), st.text() | areas)
def test_the_address_says_nothing_about_an_area_where_there_is_a_postcode(
    place: str, postcode: str, address: str
) -> None:
    alone = in_any_place([place], postcode=postcode, address=None)
    assert in_any_place([place], postcode=postcode, address=f"Unit {address} {place} {postcode}") is alone


@given(areas, st.text(st.characters(exclude_categories=["Nd", "Nl", "No"])))
def test_without_a_postcode_nothing_is_in_an_area(place: str, address: str) -> None:
    assert not in_any_place([place], postcode=None, address=address)
    assert not in_any_place([place], postcode="LS9", address=address)


def test_a_place_may_stand_in_the_address() -> None:
    address = "1 High Street\nStoke-on-Trent"
    assert in_any_place(["stoke on trent"], postcode=None, address=address)
    assert not in_any_place(["Trent Bridge"], postcode=None, address=address)
