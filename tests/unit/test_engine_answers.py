"""Answers that are typed at a bot's terminal."""

import asyncio
import os

import pytest

from bot.console.typed_answers import TypedLines, understood


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("yes 10432", (True, "10432")),
        ("  No   10432 ", (False, "10432")),
        ("y 10432", (True, "10432")),
        ("yes", None),
        ("10432", None),
        ("yes 10432 10433", None),
        ("maybe 10432", None),
    ],
)
def test_what_an_answer_means(line: str, meaning: tuple[bool, str] | None) -> None:
    assert understood(line) == meaning


def test_lines_are_heard_as_they_are_ended_and_a_closed_terminal_is_no_error() -> None:
    async def test() -> None:
        heard: list[str] = []
        came = asyncio.Event()

        def hear(line: str) -> None:
            heard.append(line)
            came.set()

        async def after(text: bytes) -> None:
            came.clear()
            os.write(typing, text)
            async with asyncio.timeout(5):
                await came.wait()

        reading, typing = os.pipe()
        lines = TypedLines(reading, hear)
        lines.open()
        os.write(typing, b"yes 10")
        await asyncio.sleep(0)
        await after(b"432\n\nno 10433\nye")
        assert heard == ["yes 10432", "no 10433"]
        await after(b"s 1\n")
        assert heard[-1] == "yes 1"
        os.close(typing)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            while loop.remove_reader(reading):
                loop.add_reader(reading, lines._read)
                await asyncio.sleep(0.01)
        os.close(reading)

    asyncio.run(test())
