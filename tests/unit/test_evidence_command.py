"""``python -m bot.evidence``: what the owner sees and gets."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.evidence.__main__ import app
from bot.evidence.report import write_report
from bot.evidence.store import Evidence

AT = datetime(2026, 11, 20, 10, 15, 30, tzinfo=UTC)
PAGE = '<html><body onload="steal()"><form action="/accept">“10432”</form></body></html>'


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Two accounts with evidence of one job each, and a page that was strange."""

    async def fill() -> None:
        for account, job in (("atoz-1", "10432"), ("atoz-2", "10433")):
            evidence = Evidence(tmp_path / "data" / "bot" / account / "evidence", tell=lambda *_: None)
            evidence.keep("claim", job, AT, {"status.html": PAGE, "answer.txt": "302 <Found>", "now.png": b"\x89PNG"})
            evidence.keep("strange_page", None, AT + timedelta(seconds=1), {"page.html": PAGE})
            await evidence.close()

    asyncio.run(fill())
    return tmp_path / "data"


def call(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, " ".join(result.output.split())


def test_everything_is_listed_and_what_is_about_one_job(data_dir: Path) -> None:
    code, said = call("list", "--data-dir", str(data_dir))
    assert (code, said.count("claim"), said.count("strange")) == (0, 4, 4)  # as a kind and in the name
    code, said = call("list", "10432", "--data-dir", str(data_dir))
    assert code == 0
    assert "10432" in said
    assert "10433" not in said


def test_where_nothing_is_kept_it_says_so(data_dir: Path, tmp_path: Path) -> None:
    assert call("list", "10999", "--data-dir", str(data_dir)) == (1, "There is no evidence of job 10999.")
    assert call("list", "--data-dir", str(tmp_path / "empty")) == (1, "There is no evidence yet.")
    missing = "20261120T101530.000000Z_claim_1_0123abcd.tar.gz"
    assert call("show", missing, "--data-dir", str(data_dir)) == (1, f"There is no evidence called {missing}.")


def test_a_jobs_evidence_becomes_files_and_a_page(data_dir: Path, tmp_path: Path) -> None:
    into = tmp_path / "shown"
    code, said = call("show", "10432", "--into", str(into), "--data-dir", str(data_dir))
    assert code == 0, said
    assert said.startswith("1 piece of evidence; open ")
    (part,) = [folder for folder in into.iterdir() if folder.is_dir()]
    assert (part / "status.html").read_text() == PAGE
    assert (part / "now.png").read_bytes() == b"\x89PNG"
    assert all(file.stat().st_mode & 0o077 == 0 for file in into.rglob("*"))
    index = (into / "index.html").read_text()
    # the page is shown, and nothing in it can do anything
    assert "<iframe sandbox srcdoc=" in index
    assert "<form" not in index
    assert "<body onload" not in index
    assert "302 &lt;Found&gt;" in index
    assert f'<img src="{part.name}/now.png"' in index


def test_one_piece_can_be_shown_by_its_name(data_dir: Path, tmp_path: Path) -> None:
    (name,) = [file.name for file in data_dir.glob("bot/atoz-1/evidence/*strange*")]
    code, _ = call("show", name, "--into", str(tmp_path / "shown"), "--data-dir", str(data_dir))
    assert code == 0
    assert [file.name for file in (tmp_path / "shown").rglob("page.html")] == ["page.html"]


def test_a_damaged_piece_is_named_and_the_others_are_shown(data_dir: Path, tmp_path: Path) -> None:
    (file,) = data_dir.glob("bot/atoz-1/evidence/*claim*")
    (data_dir / "bot/atoz-2/evidence" / file.name).write_bytes(file.read_bytes())
    file.write_bytes(file.read_bytes()[:-10])
    code, said = call("show", "10432", "--into", str(tmp_path / "shown"), "--data-dir", str(data_dir))
    assert code == 1
    assert "cannot be shown: it is cut or damaged" in said
    assert "1 piece of evidence" in said


def test_nothing_is_written_over(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("the owner's own")
    code, said = call("show", "10432", "--into", str(tmp_path), "--data-dir", str(data_dir))
    assert code == 2
    assert "is not empty; name another folder with --into" in said


def test_the_data_folder_comes_from_the_settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOZ_DATA_DIR", str(data_dir))
    assert call("list")[0] == 0


def test_a_title_cannot_break_the_page(tmp_path: Path) -> None:
    index = write_report("<script>", [], tmp_path / "shown")
    assert "<script>" not in index.read_text()
