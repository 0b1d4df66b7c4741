"""The skins by name."""

from typing import Literal

from simulator.skins.atoz.site import AtozSite
from simulator.skins.cards.site import CardsSite
from simulator.skins.script.site import ScriptSite
from simulator.skins.tickets.site import TicketsSite
from simulator.web.site import Site

SkinName = Literal["atoz", "cards", "script", "tickets"]

SKINS: dict[SkinName, type[Site]] = {
    "atoz": AtozSite,
    "cards": CardsSite,
    "script": ScriptSite,
    "tickets": TicketsSite,
}
