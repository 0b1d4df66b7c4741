"""The control plane: starts and steers bots, keeps what they did, streams it to the dashboard."""

import sys
from importlib.util import find_spec
from pathlib import Path

VERSION = "0.1.0"

#: The project's folder.
PROJECT = Path(__file__).resolve().parents[2]

# `cd backend && uvicorn app.main:app` has only backend/ on the path; the contract lies beside it
if find_spec("contract") is None:
    sys.path.append(str(PROJECT))
