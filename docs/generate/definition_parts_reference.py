"""Prints what each part of a portal's definition is for, and what happens where it does not fit, from the code."""

from bot.portal.definition.model import PortalDefinition
from bot.portal.safeguards import IN_WORDS, POLLS_BEFORE_PUT_ASIDE, Safeguard

#: Where each safeguard stands in a definition.
_PLACES = {
    Safeguard.TOTAL: "board.total",
    Safeguard.STATUS_CLASS: "board.status_class",
    Safeguard.ROWS_PER_PAGE: "board.pagination.rows_per_page",
    Safeguard.ENDS_WITH: "pages.ends_with",
    Safeguard.CLOSED_TAGS: "pages.closed_tags",
}

#: What goes on where a part that is needed does not fit, by the part's first name.
_NEEDED = {
    "pages": "the page counts as no page of the portal; nothing on it is used",
    "sign_in": "the bot cannot sign in; it says which part was not found",
    "board": "the page is a changed portal, never an empty board; the bot says so and polls more slowly",
    "job": "that job is left alone; the others are not affected",
    "reference": "that row is left alone, and no job counts as gone in that poll",
    "statuses": "that row is left alone; a list of your own jobs with such a row is not used at all",
    "accept": "the job cannot be accepted; where no free row has an accept, the portal has changed",
}


def main() -> None:
    """Print the page."""
    print("# Parts of a definition\n")
    print("Made from the code when this site is built. [Portal definitions](../portals.md) says how each is written.\n")
    print("## Needed to read and to accept rightly\n")
    print("| part | where it does not fit |\n| --- | --- |")
    for name in PortalDefinition.model_fields:
        if name in _NEEDED:
            print(f"| `{name}` | {_NEEDED[name]} |")
    print("\n## Safeguards\n")
    print(
        "A safeguard protects from misreading a page and is not needed to read it. One that has fitted once is used "
        "in full: where it stops fitting, the portal has changed, and nothing is accepted. One that has never fitted "
        f"on this portal is put aside after {POLLS_BEFORE_PUT_ASIDE} polls, said once, shown in the status, and tried "
        "again with each page. While one is put aside, a job counts as gone only when two polls in a row miss it.\n"
    )
    print("| part | what it is |\n| --- | --- |")
    for safeguard in Safeguard:
        print(f"| `{_PLACES[safeguard]}` | {IN_WORDS[safeguard]} |")


if __name__ == "__main__":
    main()
