#!/usr/bin/env bash
# Sets up and starts AtoZ Bot; all of the work is done by connect_system.py. Needs Python 3.11 or later.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

for python in "${PYTHON:-}" python3 python python3.13 python3.12 python3.11 python3.14; do
  if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    exec "$python" "$here/connect_system.py" "$@"
  fi
done

echo "AtoZ Bot needs Python 3.11 or later, and none was found; install it from https://www.python.org (or set PYTHON to its path)." >&2
exit 1
