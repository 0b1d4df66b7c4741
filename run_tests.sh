#!/usr/bin/env bash
# Sets up like start_system.sh, with what the tests need besides, and runs every check and test.
# Fails if anything fails, but runs all. Names choose some: ./run_tests.sh mypy pytest
# ./run_tests.sh --fast: the quick checks and the unit tests. ./run_tests.sh coverage: what the tests reach.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# the tests never see an account of their user's, whatever the environment or .env holds
unset ATOZ_USERNAME ATOZ_PASSWORD ATOZ_BASE_URL ATOZ_PORTAL DATABASE_URL REDIS_URL ATOZ_DATA_DIR ATOZ_LOG_DIR
export ATOZ_ENV_FILE=

./start_system.sh --setup-only --with-tests </dev/null
exec .venv/bin/python -m system.dev.checks "$@" </dev/null
