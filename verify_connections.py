#!/usr/bin/env python3
"""Checks every connection of a running system: what was seen, and what to do about what failed. ``--json`` for scripts.

Exits 0 when everything is well and 1 when anything is not.
"""

from system.setup.venv import enter_for_script

if __name__ == "__main__":
    enter_for_script("system.verify")
