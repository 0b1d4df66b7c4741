"""The limit: the same requests as a bot must make, in the barest loop, and nothing else.

No rules, no journal, no reports, no second look at the outcome, no care for a portal that fails. A poll starts every
``--interval`` seconds on the clock; of a job that was not seen before the page is fetched (the kind stands nowhere
else); a wanted kind is accepted at once. Nothing that does these three requests one after the other can be faster than
this, but by the speed of the machine: it is what the bot's own time is compared with.
"""

import argparse
import asyncio
import os
import re
import time

import httpx

_ROW_FORM = re.compile(
    r'<form[^>]+action="(?P<action>[^"]*/interpreter-jobs/(?P<id>\d+)/matched)"[^>]*>(?P<inside>.*?)</form>', re.DOTALL
)
_TOKEN = re.compile(r'name="_token"[^>]*value="([^"]+)"')


async def _sign_in(http: httpx.AsyncClient) -> None:
    page = await http.get("/login")
    token = _TOKEN.search(page.text)
    assert token, "the sign-in page shows no token"
    answer = await http.post(
        "/login",
        data={
            "_token": token[1],
            "email": os.environ["ATOZ_USERNAME"],
            "password": os.environ["ATOZ_PASSWORD"],
            "remember": "on",
        },
    )
    assert answer.status_code == 302, f"signing in answered {answer.status_code}"


async def _take(http: httpx.AsyncClient, job_id: str, action: str, token: str, kind: str) -> None:
    page = await http.get(f"/interpreter-jobs/{job_id}")
    if kind.casefold() in page.text.casefold():
        await http.post(action, data={"_method": "PUT", "_token": token})


async def _poll(http: httpx.AsyncClient, seen: set[str], tasks: set[asyncio.Task[None]], kind: str) -> None:
    first = await http.get("/interpreter-jobs", params={"status": "0"})
    last_page = max((int(number) for number in re.findall(r"[?&;]page=(\d+)", first.text)), default=1)
    others = await asyncio.gather(
        *(
            http.get("/interpreter-jobs", params={"status": "0", "page": str(number)})
            for number in range(2, last_page + 1)
        )
    )
    for page in (first, *others):
        for form in _ROW_FORM.finditer(page.text):
            token = _TOKEN.search(form["inside"])
            if token and form["id"] not in seen:
                seen.add(form["id"])
                task = asyncio.create_task(_take(http, form["id"], form["action"], token[1], kind))
                tasks.add(task)
                task.add_done_callback(tasks.discard)


async def run(interval: float, kind: str) -> None:
    """Poll and accept until the process is ended."""
    limits = httpx.Limits(max_connections=40, max_keepalive_connections=40)
    async with httpx.AsyncClient(base_url=os.environ["ATOZ_BASE_URL"], limits=limits, timeout=10) as http:
        await _sign_in(http)
        seen: set[str] = set()
        tasks: set[asyncio.Task[None]] = set()
        beginning = time.monotonic()
        count = 0
        while True:
            task = asyncio.create_task(_poll(http, seen, tasks, kind))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            count += 1
            await asyncio.sleep(max(0.0, beginning + count * interval - time.monotonic()))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--interval", type=float, default=0.5)
    arguments.add_argument("--kind", default="Telephone Interpreting")
    chosen = arguments.parse_args()
    asyncio.run(run(chosen.interval, chosen.kind))
