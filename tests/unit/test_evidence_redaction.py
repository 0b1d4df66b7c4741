"""No password, cookie or token is kept, however the page writes it; everything else is."""

import html
import json
import secrets
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evidence.redaction import REMOVED, redacted

TOKEN = secrets.token_urlsafe(30) + "7"


def page(text: str, **more: str) -> str:
    return redacted({"page.html": text, **more})["page.html"].decode()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('<input type="hidden" name="_token" value="{}">', '<input type="hidden" name="_token" value="[removed]">'),
        ("<input value='{}' name='_token'>", "<input value=\"[removed]\" name='_token'>"),
        ("<input name=_token value={}>", '<input name=_token value="[removed]">'),
        ('<INPUT NAME="_TOKEN" VALUE="{}"/>', '<INPUT NAME="_TOKEN" VALUE="[removed]"/>'),
        (
            '<input\n name="authenticity_token"\n value="{}"\n>',
            '<input\n name="authenticity_token"\n value="[removed]"\n>',
        ),
        ('<meta name="csrf-token" content="{}">', '<meta name="csrf-token" content="[removed]">'),
        ('<input type="password" name="word" value="{}">', '<input type="password" name="word" value="[removed]">'),
        ('<input title="a > b" name="_token" value="{}">', '<input title="a > b" name="_token" value="[removed]">'),
        ('<p>10432</p><input name="_token" value="{}', '<p>10432</p><input name="_token" value="[removed]"'),
        ("Set-Cookie: portal_session={}; path=/; httponly", "Set-Cookie: [removed]"),
        ("HTTP/1.1 302\r\nCookie: a=b; c={}\r\nHost: x", "HTTP/1.1 302\r\nCookie: [removed]\r\nHost: x"),
        ("authorization: Bearer {}", "authorization: [removed]"),
        ('{{"_token": "{}", "_method": "PUT"}}', '{"_token": "[removed]", "_method": "PUT"}'),
        ('[["_token", "{}"], ["_method", "PUT"]]', '[["_token", "[removed]"], ["_method", "PUT"]]'),
        ("(('_token', '{}'), ('_method', 'PUT'))", "(('_token', '[removed]'), ('_method', 'PUT'))"),
        ('{{"set-cookie": "portal_session={}"}}', '{"set-cookie": "[removed]"}'),
        ('window.csrfToken = "{}";', 'window.csrfToken = "[removed]";'),
        ("{{'X-CSRF-TOKEN': '{}'}}", "{'X-CSRF-TOKEN': '[removed]'}"),
        ("_method=PUT&_token={}&x=1", "_method=PUT&_token=[removed]&x=1"),
        ("/jobs?page=2&amp;api_key={}", "/jobs?page=2&amp;api_key=[removed]"),
        ("password={}", "password=[removed]"),
        # found by its name in one place, it is taken out of all others
        (
            '<input name="_token" value="{0}"><a data-x="{0}">',
            '<input name="_token" value="[removed]"><a data-x="[removed]">',
        ),
    ],
)
def test_what_stands_beside_a_secrets_name_is_removed(text: str, left: str) -> None:
    assert page(text.format(TOKEN)) == left


@pytest.mark.parametrize(
    "text",
    [
        '<tr class="table__row"><td>10432/atoz</td><td class="status status--matched">matched</td></tr>',
        '<input type="hidden" name="_method" value="PUT"><button class="btn--primary">Accept</button>',
        '<form action="https://portal.example/interpreter-jobs/5/matched" method="post">',
        "HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\nServer: nginx",
        '{"session_id": "session-20261120_101500", "job_number": "10432", "language": "Polish"}',
        "The password was not asked for. Token of appreciation: none. A cookie, please.",
        '<label for="password">Password</label>',
        "",
    ],
)
def test_everything_else_is_kept_as_it_is(text: str) -> None:
    assert page(text) == text


def test_a_secret_found_in_one_item_is_removed_from_all() -> None:
    kept = redacted({"row.html": f'<input name="_token" value="{TOKEN}">', "sent.txt": f"sent {TOKEN} away"})
    assert kept["sent.txt"].decode() == f"sent {REMOVED} away"


def test_an_ordinary_word_beside_a_secrets_name_does_not_vanish_elsewhere() -> None:
    assert page('<input name="token_type" value="interpreter"> an interpreter').endswith("> an interpreter")


def test_secrets_that_the_caller_knows_are_removed_in_every_form() -> None:
    secret = "p@ss wörd&<7>"
    text = f"{secret} {html.escape(secret)} {quote(secret, safe='')} {urlencode({'x': secret})}"
    kept = redacted({"page.html": text, "raw": text.encode()}, given=(secret, "", "a"))
    assert kept["page.html"].decode() == f"{REMOVED} {REMOVED} {REMOVED} x={REMOVED}"
    assert kept["raw"] == kept["page.html"]


def test_pictures_and_bytes_that_are_no_text_stay_as_they_are() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + secrets.token_bytes(200) + b"password=1234567890123"
    latin = 'Caf\xe9 <input name="_token" value="1234567890abcdef">'.encode("latin-1")
    kept = redacted({"picture.png": picture, "latin.html": latin})
    assert kept["picture.png"] == picture
    assert kept["latin.html"] == b'Caf\xe9 <input name="_token" value="[removed]">'


@settings(max_examples=500)
@given(
    name=st.sampled_from(["_token", "csrf-token", "X-XSRF-TOKEN", "password", "laravel_session", "PHPSESSID"]),
    how=st.sampled_from(["input", "meta", "json", "pairs", "script", "form", "header", "backwards", "half"]),
    around=st.lists(st.sampled_from([*"<>\"'=& \n;abc/", "<input ", "value=", "name=", "<!--"]), max_size=12).map(
        "".join
    ),
    seed=st.integers(0, 10**9),
)
def test_a_made_up_value_never_stays(name: str, how: str, around: str, seed: int) -> None:
    value = f"{TOKEN}{seed}"
    written = {
        "input": f'<input type="hidden" name="{name}" value="{value}">',
        "meta": f'<meta name="{name}" content="{value}">',
        "json": json.dumps({name: value}),
        "pairs": json.dumps([[name, value]]),
        "script": f"'{name}' : '{value}'",
        "form": f"\n{name}={value}&x=1",
        "header": f"\nCookie: {name}={value}\n",
        "backwards": f'<input value="{value}" name="{name}">',
        "half": f'<input name="{name}" value="{value}',
    }[how]
    kept = redacted({"page.html": f"{around}\n{written}", "other": f"{value} "})
    assert value.encode() not in kept["page.html"] + kept["other"]


@pytest.mark.parametrize(
    "word",
    [
        "a",
        "token",
        "<input ",
        "name=_token ",
        "value=1 ",
        "value=",
        '<input "',
        "_session",
        "password=",
        '"_token": "',
        "\\",
    ],
)
def test_a_page_of_one_endless_word_is_no_trap(word: str) -> None:
    """Takes well under a second; a pattern without limits would take hours."""
    assert len(page(word * (200_000 // len(word)))) > 0
