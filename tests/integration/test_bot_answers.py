"""Somebody at a terminal answers an offer of a bot that runs on its own."""

import os
import pty
from pathlib import Path

from tests.support.bot_support import BotRun, wait_until
from tests.support.simulator_client import SimulatorProcess


def test_an_offer_is_answered_where_it_is_read(simulator: SimulatorProcess, tmp_path: Path) -> None:
    typing, terminal = pty.openpty()
    run = BotRun(simulator, tmp_path, script="bot/real_atoz_bot.py", stdin=terminal, MODE="ask")
    try:
        run.wait_for_log("session_running")
        wanted, unwanted = (one.job_number for one in simulator.post_jobs(2, kind="Telephone Interpreting"))
        run.wait_for_log("claim_offered", times=2)
        wait_until(lambda: f"type “yes {wanted}” or “no {wanted}”" in run.said())
        os.write(typing, f"no {unwanted}\nyes {wanted}\nhello\n".encode())
        wait_until(lambda: simulator.truth(wanted).holder == simulator.us)
        wait_until(lambda: "“hello” is not understood." in run.said())
        run.wait_for_log("claim_declined")
        assert run.stop() == 0
    finally:
        run.end()
        os.close(typing)
        os.close(terminal)
    assert simulator.truth(unwanted).accepts == ()
