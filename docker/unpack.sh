#!/bin/sh
# unpack.sh LOCK FOLDER: install what the lock names from the wheels, compiled and without tests.
set -eu
/tools/bin/pip install --quiet --disable-pip-version-check --no-index --find-links docker/wheels \
    --no-deps --require-hashes --no-compile --target "$2" --requirement "$1"
rm -rf "$2/bin"
find "$2" -type d -name tests -prune -exec rm -rf {} +
# The root file system is read-only later: what is not compiled now is compiled at every start.
python3 -m compileall -q --invalidation-mode unchecked-hash "$2"
