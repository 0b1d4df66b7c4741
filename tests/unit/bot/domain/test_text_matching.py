"""When two spellings are the same, and whole words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text_matching import has_words, spelling_key
from contract.configuration import kind_key


@given(st.text(max_size=30))
def test_core_and_contract_agree_on_spellings(text: str) -> None:
    assert spelling_key(text) == kind_key(text)


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Crown Court, Leeds", "court", True),
        ("Crown Court, Leeds", "court leeds", True),
        ("Crown Court, Leeds", "leeds court", False),
        ("courtesy", "court", False),
        ("St. James's Hospital", "st james", True),
        # an apostrophe within a word may be written, left out, or be another character
        ("St. James's Hospital", "St James’s", True),
        ("St. James's Hospital", "st jamess", True),
        ("St. James's Hospital", "s", False),
        ("St. James's Hospital", "s.", False),
        ("King's College", "Kings College", True),
        ("Kings College", "King’s College", True),
        ("Kings' College", "King's College", True),
        ("King's College", "King College", False),
        ("Please don’t bring children", "don't", True),
        ("Please don’t bring children", "t", False),
        ("O'Brien & Sons", "obrien", True),
        ("O'Brien & Sons", "O Brien", True),
        ("'Court'", "court", True),
        ("Ünter den Linden", "üNTER", True),
        ("anything", "", False),
        ("anything", "—", False),
        ("", "court", False),
    ],
)
def test_whole_words(text: str, words: str, found: bool) -> None:
    assert has_words(text, words) is found
