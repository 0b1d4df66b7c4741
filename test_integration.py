#!/usr/bin/env python3
"""Runs the integration tests against the running system; arguments are handed to pytest.

They toggle the bot and post jobs, so they work in practice mode alone.
"""

from system.setup.venv import enter_for_script

if __name__ == "__main__":
    enter_for_script("system.dev.live_tests")
