"""Cuts a list into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Other = TypeVar("Other")

#: A number in an address may not be endless.
_LONGEST_NUMBER = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice(Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    number: int
    last: int
    total: int
    #: where on the list its first and last item stand, counted from 1; both 0 on a page without any
    first_shown: int
    last_shown: int

    def with_items(self, items: Sequence[Other]) -> "Slice[Other]":
        """The same page with every item converted."""
        return Slice(
            items=items,
            number=self.number,
            last=self.last,
            total=self.total,
            first_shown=self.first_shown,
            last_shown=self.last_shown,
        )


def cut(items: Sequence[Item], *, page: str | None, size: int) -> Slice[Item]:
    """The page whose number is in the address; the first page for anything that is no number."""
    is_number = page is not None and page.isascii() and page.isdigit() and len(page) <= _LONGEST_NUMBER
    number = max(1, int(page or 1)) if is_number else 1
    before = (number - 1) * size
    shown = items[before : before + size]
    return Slice(
        items=shown,
        number=number,
        last=max(1, -(-len(items) // size)),
        total=len(items),
        first_shown=before + 1 if shown else 0,
        last_shown=before + len(shown) if shown else 0,
    )
