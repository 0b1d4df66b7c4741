"""The possible owners of a ticket, with the short name of the edit form and the full name of the list."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.domain.accounts import Account
from simulator.domain.jobs import rival, us

NOBODY = "nobody"

_RIVALS = (
    "Robin Carver",
    "Nadia Fell",
    "Owen Marsh",
    "Tess Lindqvist",
    "Imran Vale",
    "Joan Petrie",
    "Kofi Brand",
    "Lena Straw",
)


@dataclass(frozen=True, slots=True)
class Owner:
    """A possible owner of a ticket."""

    #: as the truth names a holder
    who: str
    #: the option's value
    short_name: str
    name: str


def owner_of(account: Account) -> Owner:
    """An account as an owner."""
    return Owner(us(account.email), f"u{account.account_id}", account.name)


def rival_as_owner(number: int) -> Owner:
    """A rival as an owner; the names repeat with a number behind them."""
    again, index = divmod(number - 1, len(_RIVALS))
    name = _RIVALS[index]
    return Owner(rival(number), f"r{number}", f"{name} {again + 1}" if again else name)


def owners(accounts: Iterable[Account], rivals: int, holder: str | None) -> list[Owner]:
    """The owners to choose from, the present holder included."""
    found = [owner_of(account) for account in accounts]
    found += [rival_as_owner(number) for number in range(1, rivals + 1)]
    if holder is not None and all(one.who != holder for one in found):
        found.append(rival_as_owner(int(holder.removeprefix("rival:"))))
    return found
