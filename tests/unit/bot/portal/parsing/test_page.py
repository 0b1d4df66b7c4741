"""Whether a page came in full."""

from pathlib import Path

import pytest

from bot.portal.definition.model import load
from bot.portal.errors import LayoutChanged
from bot.portal.parsing.parse import parse_board

ATOZ = load("atoz")
ADDRESS = "https://portal.atozinterpreting.com/"
BOARD = (Path(__file__).parents[4] / "pages" / "board-every-kind-of-row" / "page.html").read_text(encoding="utf-8")


def rows(html: str) -> int:
    return len(parse_board(html, definition=ATOZ, page_url=ADDRESS).rows)


@pytest.mark.parametrize(
    "behind",
    [
        "\n\n",
        "<!-- served in 12 ms -->",
        "<!-- a --><!-- b -->\n",
        '<script async src="/monitor.js"></script>',
        "<script>watch('<table>')</script>\n<!-- end -->",
    ],
)
def test_what_stands_whole_behind_the_end_says_nothing(behind: str) -> None:
    assert rows(BOARD + behind) == rows(BOARD)


@pytest.mark.parametrize("behind", ["<!-- served in", "<script>watch(", "</table>", "<p>more</p>", "<!--a--> more"])
def test_a_page_that_goes_on_behind_its_end_is_a_changed_one(behind: str) -> None:
    with pytest.raises(LayoutChanged):
        rows(BOARD + behind)


@pytest.mark.parametrize("within", ["<script>draw('<table class=a>')</script>", "<!-- <table> was here -->"])
def test_a_tag_within_a_script_or_comment_needs_no_end(within: str) -> None:
    assert rows(BOARD.replace("</body>", f"{within}</body>")) == rows(BOARD)


def test_a_table_that_is_not_closed_is_a_changed_page() -> None:
    with pytest.raises(LayoutChanged):
        rows(BOARD.replace("</table>", ""))
