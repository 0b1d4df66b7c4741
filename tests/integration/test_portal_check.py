"""``python -m bot.portal check`` against a running portal, with a real browser: it reads, and it accepts nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.fixtures_simulator import Member
from tests.support.lane_support import SKINS, definition_of, somebody
from tests.support.simulator_client import SimulatorProcess, Skin

PROJECT = Path(__file__).resolve().parents[2]


def check(member: Member, *arguments: str, password: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "ATOZ_USERNAME": member.email,
        "ATOZ_PASSWORD": password or member.password,
        "ATOZ_BASE_URL": member.simulator.base_url,
    }
    return subprocess.run(
        [sys.executable, "-m", "bot.portal", "check", definition_of(member.simulator).name, *arguments],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_signs_in_and_shows_what_it_reads(member: Member) -> None:
    free = member.post_job(quote_only=False, kind="Video Interpreting")
    result = check(member)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"signed in as {member.name}" in result.stdout
    assert f"{free}/atoz" in result.stdout
    assert "Video Interpreting" in result.stdout
    assert "the bot reads this portal" in result.stdout
    assert member.password not in result.stdout + result.stderr
    truth = member.simulator.truth(free)
    assert (truth.holder, truth.accepts) == (None, ())


def test_a_changed_page_is_examined_and_kept(member: Member, tmp_path: Path) -> None:
    member.post_job()
    member.simulator.fault("renamed_headings", path=r"status=")
    result = check(member)
    assert result.returncode == 1
    assert "0 columns “Appt. Date”" in result.stdout
    kept = next(word for word in result.stdout.split() if word.startswith("/") and word.rstrip(";").endswith(".html"))
    page = Path(kept.rstrip(";"))
    assert page.stat().st_mode & 0o077 == 0
    page.rename(tmp_path / "page.html")
    again = check(member, "--html", str(tmp_path / "page.html"))
    assert again.returncode == 1
    assert "0 columns “Appt. Date”" in again.stdout


def test_a_refused_password_is_said_once(member: Member) -> None:
    result = check(member, password="not the password")
    assert result.returncode == 1
    assert "refused the name or the password" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


@pytest.mark.parametrize("skin", SKINS)
@pytest.mark.parametrize("lane", ["http", "page"])
def test_every_portal_is_read_either_way_and_nothing_is_accepted(skin: Skin, lane: str) -> None:
    with SimulatorProcess(skin=skin, population=0) as simulator, somebody(simulator) as member:
        free = member.post_job(quote_only=False, kind="Video Interpreting")
        result = check(member, "--lane", lane)
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"signed in as {member.name}" in result.stdout
        assert "what can be accepted: 1 jobs on 1 pages" in result.stdout
        assert "for us it is: free" in result.stdout
        assert free in result.stdout
        assert "the bot reads this portal" in result.stdout
        truth = simulator.truth(free)
        assert (truth.holder, truth.accepts) == (None, ())


@pytest.mark.parametrize("skin", SKINS)
def test_what_has_changed_on_any_portal_is_named(skin: Skin) -> None:
    with SimulatorProcess(skin=skin, population=0) as simulator, somebody(simulator) as member:
        member.post_job(quote_only=False)
        simulator.fault("renamed_headings")
        result = check(member)
        assert result.returncode == 1
        assert "Traceback" not in result.stdout + result.stderr
        missing = {
            "atoz": "0 columns “Appt. Date”",
            "cards": "nothing in any card fits .card__when",
            "script": "no job has starts_at",
            "tickets": "0 columns “Owner”",
        }
        assert missing[skin] in " ".join(result.stdout.split()), result.stdout
