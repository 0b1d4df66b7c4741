"""Somebody with a browser, for tests of the simulator: reads its pages as a person would and sends their forms."""

from dataclasses import dataclass
from typing import Self

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True)
class Row:
    """One row of the board: its cells by heading, its forms by their button, its links by their text."""

    cells: dict[str, str]
    forms: dict[str, tuple[str, dict[str, str]]]
    links: dict[str, str]
    status_classes: tuple[str, ...]

    @property
    def number(self) -> str:
        """The number before the slash."""
        return self.cells["Ref"].partition("/")[0]


@dataclass(frozen=True)
class Page:
    """A page as it came."""

    status: int
    url: httpx.URL
    html: LexborHTMLParser

    def text(self, selector: str) -> str | None:
        """The text of the first node that fits."""
        node = self.html.css_first(selector)
        return node.text(strip=True) if node is not None else None

    def texts(self, selector: str) -> list[str]:
        """The text of every node that fits."""
        return [node.text(strip=True) for node in self.html.css(selector)]

    def attribute(self, selector: str, name: str) -> str:
        """An attribute of the first node that fits; AssertionError where there is none."""
        node = self.html.css_first(selector)
        assert node is not None, f"nothing on {self.url} fits {selector}"
        return node.attributes[name] or ""

    @property
    def token(self) -> str:
        """The CSRF token of the session."""
        return self.attribute("meta[name=csrf-token]", "content")

    @property
    def messages(self) -> list[str]:
        """What is shown once."""
        return self.texts("aside.messages .message__text")

    @property
    def rows(self) -> list[Row]:
        """The board's rows; empty where it says that there are none."""
        headings = self.texts("section.content__table > table.table thead th.table__heading")
        found = []
        for row in self.html.css("section.content__table > table.table tbody tr.table__row"):
            cells = row.css("td.table__data")
            if "colspan" in cells[0].attributes:
                continue
            assert len(cells) == len(headings)
            status = row.css_first("td.status")
            assert status is not None
            found.append(
                Row(
                    cells={name: cell.text(strip=True) for name, cell in zip(headings, cells, strict=True)},
                    forms={_button(form): _form(form) for form in row.css("form")},
                    links={link.text(strip=True): link.attributes["href"] or "" for link in row.css("a")},
                    status_classes=tuple((status.attributes["class"] or "").split()),
                )
            )
        return found

    def row(self, number: str) -> Row:
        """The row of a job; AssertionError where it is not on this page."""
        rows = {row.number: row for row in self.rows}
        assert number in rows, f"{number} is not among {sorted(rows)}"
        return rows[number]

    def details(self) -> dict[str, list[str]]:
        """A job's page: the lines of each value by its label."""
        found = {}
        for row in self.html.css("table.table--detail tr"):
            label, value = row.css("td")
            found[label.text(strip=True)] = [
                line.strip() for line in value.text(separator="\n").split("\n") if line.strip()
            ]
        return found


def _button(form: LexborNode) -> str:
    button = form.css_first("button[type=submit], input[type=submit]")
    assert button is not None
    return button.text(strip=True) or button.attributes["value"] or ""


def _form(form: LexborNode) -> tuple[str, dict[str, str]]:
    fields = {node.attributes["name"] or "": node.attributes.get("value") or "" for node in form.css("input[name]")}
    return form.attributes["action"] or "", fields


class Visitor:
    """A browser without scripts. Redirects are followed by ``get`` and ``send`` and by nothing else."""

    def __init__(self, base_url: str, *, address: str | None = None) -> None:
        transport = httpx.HTTPTransport(local_address=address) if address else None
        self.http = httpx.Client(base_url=base_url, transport=transport, timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.http.close()

    def get(self, path: str) -> Page:
        """Load a page, wherever it leads."""
        return _page(self.http.get(path, follow_redirects=True))

    def post(self, path: str, fields: dict[str, str], *, referer: str | None = None) -> httpx.Response:
        """Send a form and look at the answer itself."""
        return self.http.post(path, data=fields, headers={"referer": referer} if referer else {})

    def send(self, form: tuple[str, dict[str, str]], *, referer: str | None = None) -> Page:
        """Send a form of a page and follow where it leads."""
        answer = self.post(*form, referer=referer)
        return self.get(answer.headers["location"]) if answer.has_redirect_location else _page(answer)

    def sign_in(self, email: str, password: str, *, remember: bool = False) -> httpx.Response:
        """Fill in the sign-in form; the answer itself."""
        fields = {"_token": self.get("/login").token, "email": email, "password": password}
        return self.post("/login", fields | ({"remember": "on"} if remember else {}))

    def all_rows(self, query: str = "") -> list[Row]:
        """The rows of every page of the filtered board."""
        first = self.get(f"/?{query}&page=1")
        last = max([1, *(int(text) for text in first.texts("ul.pagination .page-link") if text.isdigit())])
        rows = first.rows
        for number in range(2, last + 1):
            rows += self.get(f"/?{query}&page={number}").rows
        return rows

    def accept(self, number: str) -> Page:
        """Look the job up on the board, press Accept, see what is shown then."""
        address = f"/?search={number}"
        return self.send(self.get(address).row(number).forms["Accept"], referer=str(self.http.base_url.join(address)))


def _page(answer: httpx.Response) -> Page:
    return Page(answer.status_code, answer.url, LexborHTMLParser(answer.text))
