"""The setting with the owner's calendars: what may be written, and that no error shows an address."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.setting import CalendarSettingError, CalendarSource, parse_calendars

BASE = Path("/home/interpreter/atoz")
SECRET = "private-0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" ,\n , ", []),
        ("https://calendar.example/a.ics", [("calendar.example", "https://calendar.example/a.ics", False)]),
        ("webcal://calendar.example/a.ics", [("calendar.example", "https://calendar.example/a.ics", False)]),
        ("WEBCALS://calendar.example/a.ics", [("calendar.example", "https://calendar.example/a.ics", False)]),
        ("http://127.0.0.1:8080/a.ics", [("127.0.0.1", "http://127.0.0.1:8080/a.ics", False)]),
        # an = of the address's own is no name
        ("https://calendar.example/?key=a=b", [("calendar.example", "https://calendar.example/?key=a=b", False)]),
        ("family=https://calendar.example/?key=a", [("family", "https://calendar.example/?key=a", False)]),
        (" The family's = webcal://calendar.example/a ", [("The family's", "https://calendar.example/a", False)]),
        ("https://calendar.example/a#top", [("calendar.example", "https://calendar.example/a", False)]),
        # who signs in with a name and a password is not shown by them
        ("https://me:word@calendar.example/a", [("calendar.example", "https://me:word@calendar.example/a", False)]),
        ("work.ics", [("work", "/home/interpreter/atoz/work.ics", True)]),
        ("../work.ics", [("work", "/home/interpreter/work.ics", True)]),
        ("/srv/My work.ics", [("My work", "/srv/My work.ics", True)]),
        ("file:///srv/My%20work.ics", [("My work", "/srv/My work.ics", True)]),
        ("office=/srv/work.ics", [("office", "/srv/work.ics", True)]),
        ("./a=b.ics", [("calendar 1", "/home/interpreter/atoz/a=b.ics", True)]),
        ("me@example.com.ics", [("calendar 1", "/home/interpreter/atoz/me@example.com.ics", True)]),
        (
            "https://calendar.example/a, https://calendar.example/b\nwork=c.ics",
            [
                ("calendar.example", "https://calendar.example/a", False),
                ("calendar.example 2", "https://calendar.example/b", False),
                ("work", "/home/interpreter/atoz/c.ics", True),
            ],
        ),
    ],
)
def test_what_the_setting_means(text: str, found: list[tuple[str, str, bool]]) -> None:
    assert [(one.label, one.address, one.is_file) for one in parse_calendars(text, base=BASE)] == found


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert parse_calendars("~/work.ics", base=BASE)[0].address == "/home/somebody/work.ics"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://calendar.example/a.ics", "entry 1: ftp:// is not understood; use the path of a file, or"),
        ("a.ics, caldav://calendar.example/a", "entry 2: caldav:// is not understood"),
        ("https:///a.ics", "entry 1 is no address"),
        ("https://calendar.example:port/a", "entry 1 is no address"),
        ("https://[::1/a", "entry 1 is no address"),
        ("https://calendar.example/a https://calendar.example/b", "separate calendars by commas"),
        ("=https://calendar.example/a", "entry 1 has no name before its ="),
        ("family=", "“family” has no address after its ="),
        ("a*b=https://calendar.example/a", "the name before the = cannot be used"),
        (f"{'a' * 41}=https://calendar.example/a", "at most 40 letters"),
        ("work=a.ics, Work=b.ics", "entry 2: two calendars are called “Work”"),
        ("work=a.ics, home=./a.ics", "entry 2 is the same calendar as one before it"),
        ("~nobody-of-that-name/a.ics", "entry 1 is no path that can be used"),
        ("a\0.ics", "entry 1 is no path that can be used"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, said: str) -> None:
    with pytest.raises(CalendarSettingError, match=r"^CALENDARS: ") as caught:
        parse_calendars(text, base=BASE)
    assert said in str(caught.value)


@given(
    entries=st.lists(st.text(alphabet="a=:/~ .@?*%#\n,", max_size=12).map(lambda text: f"{text}{SECRET}"), max_size=4)
)
def test_no_error_and_no_label_shows_an_address(entries: list[str]) -> None:
    """But for a file's name and a name before an =, which are the owner's own words."""
    text = ",".join(f"https://calendar.example/{entry}" for entry in entries)
    found, said = parsed(text)
    assert SECRET not in said
    assert not any(SECRET in one.label or SECRET in repr(one) for one in found if not one.is_file)
    assert len({one.label.casefold() for one in found}) == len(found)


def parsed(text: str) -> tuple[tuple[CalendarSource, ...], str]:
    """The calendars, or what was said instead."""
    try:
        return parse_calendars(text, base=BASE), ""
    except CalendarSettingError as error:
        return (), str(error)
