"""What the portal shows, as somebody at a screen sees it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """One page as a browser drew it. It holds names and tokens: for the owner's eyes only."""

    #: the whole page, as PNG
    png: bytes = field(repr=False)
    #: as the browser has it, scripts included
    html: str = field(repr=False)
    #: where it ended, after redirects
    url: str
