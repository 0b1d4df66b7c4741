"""Small readings of HTML: texts, lines, addresses, forms. They know nodes and no portal."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import parse_qsl, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from bot.portal.models import Form
from bot.portal.parsing.values import one_line

#: Elements that end a line where they stand.
_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "dd", "dt", "section"})

#: Inputs that are sent only when they are pressed.
_BUTTONS = frozenset({"submit", "button", "reset", "image", "file"})


def text_of(node: LexborNode) -> str:
    """All text of an element in one line."""
    return one_line(node.text(deep=True))


def lines_of(node: LexborNode) -> list[str]:
    """The text of an element as it is seen, line by line; empty lines are left out."""
    pieces: list[str] = []
    _collect(node, pieces)
    lines = (one_line(line) for line in "".join(pieces).split("\n"))
    return [line for line in lines if line]


def _collect(node: LexborNode, pieces: list[str]) -> None:
    child = node.first_child
    while child is not None:
        if child.is_text_node:
            # White space in the page's source, line ends included, is shown as a space.
            pieces.append(one_line_keeping_ends(child.text_content or ""))
        elif child.is_element_node:
            block = child.tag in _BLOCKS
            if block:
                pieces.append("\n")
            _collect(child, pieces)
            if block:
                pieces.append("\n")
        child = child.next


def one_line_keeping_ends(text: str) -> str:
    """Runs of white space as one space, also at both ends."""
    return re.sub(r"\s+", " ", text)


@lru_cache(maxsize=64)
def _address_pattern(template: str, below: bool) -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """What the path must be, and what each parameter of the query that the template names."""
    path, _, query = template.partition("?")
    parameters = parse_qsl(query, keep_blank_values=True)
    behind = r"(?:/.*)?" if below else "/?"
    return (
        re.compile(_with_names(path) + behind),
        tuple((name, re.compile(_with_names(value))) for name, value in parameters),
    )


def _with_names(template: str) -> str:
    parts = re.split(r"\{(\w+)\}", template)
    pieces = [re.escape(parts[0])]
    for name, rest in zip(parts[1::2], parts[2::2], strict=True):
        pieces += [f"(?P<{name}>[^/?#]+)", re.escape(rest)]
    return "".join(pieces)


#: ``href="/jobs/1"0439"`` has an attribute that is called ``0439"``.
_TORN = re.compile(r"""\w["']""")
#: Addresses are written without these (RFC 3986, section 2).
_NO_ADDRESS = re.compile(r'[\s"<>]')


@lru_cache(maxsize=4096)
def match_address(
    template: str, address: str, *, page_url: str, base_url: str, below: bool = False
) -> Mapping[str, str] | None:
    """What stands in an address at the places that a definition's path names, such as ``{portal_id}``.

    None for an address of another kind or on another host. ``address`` may be relative to ``page_url``. With ``below``
    addresses whose path goes on behind the template's fit too. A query is compared only where the template has one.
    """
    found = _on_portal(address, page_url, base_url)
    if found is None:
        return None
    path, query = found
    path_pattern, parameters = _address_pattern(template, below)
    matched = path_pattern.fullmatch(path)
    if matched is None:
        return None
    values = dict(matched.groupdict())
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, pattern in parameters:
        in_query = pattern.fullmatch(given.get(name, ""))
        if in_query is None:
            return None
        values |= in_query.groupdict()
    return MappingProxyType(values)


def _on_portal(address: str, page_url: str, base_url: str) -> tuple[str, str] | None:
    """Path and query of an address, from the portal's base address on; None where it leads to another host.

    None as well for one with a space or a quote in it: a damaged attribute that swallowed what stood behind it.
    """
    address = address.strip()
    if _NO_ADDRESS.search(address):
        return None
    try:
        target = urlsplit(urljoin(page_url, address))
        here, base = urlsplit(page_url), urlsplit(base_url)
    except ValueError:
        return None
    if target.scheme not in ("http", "https") or target.netloc not in (here.netloc, base.netloc):
        return None
    prefix = base.path.rstrip("/")
    if not f"{target.path}/".startswith(f"{prefix}/"):
        return None
    return target.path[len(prefix) :] or "/", target.query


@lru_cache(maxsize=4096)
def absolute(address: str, page_url: str, base_url: str) -> str:
    """The address as it is asked for: on the host and with the scheme of the page it stands on.

    A portal behind a proxy often writes its own addresses with http:// or another port; following these would leave
    the connection that the session belongs to.
    """
    target, here = urlsplit(urljoin(page_url, address.strip())), urlsplit(page_url)
    if target.netloc not in (here.netloc, urlsplit(base_url).netloc):
        return target.geturl()
    return target._replace(scheme=here.scheme, netloc=here.netloc, fragment="").geturl()


def attribute(node: LexborNode, name: str) -> str:
    """An attribute's value; empty where there is none."""
    return node.attributes.get(name) or ""


def is_torn(node: LexborNode) -> bool:
    """Whether a quote too many ended one of its attributes early: the rest of the value stands there as a name."""
    return any(_TORN.search(name) for name in node.attributes)


def button_of(form: LexborNode, text: str) -> LexborNode | None:
    """The form's submit button that says ``text`` (in lower case)."""
    for button in form.css("button, input[type=submit], input[type=image]"):
        kind = attribute(button, "type").lower()
        if button.tag == "button" and kind in ("button", "reset"):
            continue
        said = text_of(button) if button.tag == "button" else one_line(attribute(button, "value"))
        if said.casefold() == text:
            return button
    return None


def form_as_sent(form: LexborNode, button: LexborNode | None, *, page_url: str, base_url: str) -> Form:
    """The form with the fields that a browser would send when this button is pressed."""
    fields = list(_fields(form))
    if button is not None and attribute(button, "name"):
        fields.append((attribute(button, "name"), attribute(button, "value")))
    return Form(
        action=absolute(attribute(form, "action") or page_url, page_url, base_url),
        method=(attribute(form, "method") or "get").lower(),
        fields=tuple(fields),
    )


def _fields(form: LexborNode) -> Iterator[tuple[str, str]]:
    for node in form.css("input, select, textarea"):
        attributes = node.attributes
        name = attributes.get("name")
        if not name or "disabled" in attributes:
            continue
        if node.tag == "select":
            yield from ((name, value) for value in _chosen(node))
        elif node.tag == "textarea":
            yield name, node.text(deep=True)
        else:
            kind = (attributes.get("type") or "text").lower()
            if kind in _BUTTONS or (kind in ("checkbox", "radio") and "checked" not in attributes):
                continue
            default = "on" if kind in ("checkbox", "radio") else ""
            value = attributes.get("value")
            yield name, default if value is None else value


def _chosen(select: LexborNode) -> list[str]:
    options = select.css("option")
    chosen = [option for option in options if "selected" in option.attributes]
    if not chosen and options and "multiple" not in select.attributes:
        chosen = options[:1]
    return [option_value(option) for option in chosen]


def option_value(option: LexborNode) -> str:
    """What a select sends for this option: its value, or its text where it has none."""
    value = option.attributes.get("value")
    return text_of(option) if value is None else value
