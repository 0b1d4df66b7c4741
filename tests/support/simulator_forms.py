"""Forms as a browser without scripts sends them, for tests of the simulator's skins."""

from dataclasses import dataclass

import httpx
from selectolax.lexbor import LexborNode

from tests.support.simulator_client import Skin
from tests.support.simulator_visitor import Page, Visitor

#: Which fields of the sign-in form take name and password.
SIGN_IN_FIELDS: dict[Skin, tuple[str, str]] = {
    "atoz": ("email", "password"),
    "cards": ("member_login", "member_pass"),
    "script": ("username", "password"),
    "tickets": ("user", "pass"),
}


@dataclass(frozen=True)
class SentForm:
    """A form and all that it sends, but for its buttons."""

    action: str
    fields: dict[str, str]

    def filled(self, **fields: str) -> "SentForm":
        """The same with some fields set, which it must have: radios and selects by a value that they offer."""
        return SentForm(self.action, self.fields | fields)


def form_on(page: Page, selector: str) -> SentForm:
    """The one form that fits; AssertionError where there is none or are several."""
    (form,) = page.html.css(selector)
    assert (form.attributes["method"] or "").casefold() == "post"
    return SentForm(form.attributes["action"] or "", _fields(form))


def _fields(form: LexborNode) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in form.css("input[name], select[name], textarea[name]"):
        name, kind = node.attributes["name"] or "", node.attributes.get("type") or "text"
        if node.tag == "select":
            found[name] = _chosen(node)
        elif node.tag == "textarea":
            found[name] = node.text()
        elif kind in ("radio", "checkbox"):
            if "checked" in node.attributes:
                found[name] = node.attributes.get("value") or "on"
        elif kind not in ("submit", "button"):
            found[name] = node.attributes.get("value") or ""
    return found


def _chosen(select: LexborNode) -> str:
    option = select.css_first("option[selected]") or select.css_first("option")
    assert option is not None
    return option.attributes["value"] or "" if "value" in option.attributes else option.text(strip=True)


def option_of(page: Page, select: str, text: str) -> str:
    """The value of the option that reads so."""
    (value,) = [
        option.attributes.get("value") or ""
        for option in page.html.css(f"select[name={select}] option")
        if option.text(strip=True) == text
    ]
    return value


def send(visitor: Visitor, form: SentForm) -> httpx.Response:
    """Send a form and look at the answer itself."""
    return visitor.post(form.action, form.fields)


def sign_in(visitor: Visitor, skin: Skin, email: str, password: str) -> httpx.Response:
    """Go to the board, fill in the form that stands in its way, and look at the answer."""
    name_field, password_field = SIGN_IN_FIELDS[skin]
    page = visitor.get("/")
    form = form_on(page, "form:has(input[type=password])")
    assert {name_field, password_field} <= form.fields.keys()
    return send(visitor, form.filled(**{name_field: email, password_field: password}))
