#!/bin/sh
# Become Envoy: with the arguments given, or else with a mounted configuration, or else with the
# built-in one of TWINSTACK_ARCHITECTURE.
set -eu
mounted=/run/twinstack/envoy/envoy.json
if [ $# -eq 0 ]; then
    configuration=/etc/envoy/$TWINSTACK_ARCHITECTURE.json
    [ -e "$mounted" ] && configuration=$mounted
    set -- --config-path "$configuration" --concurrency 1 --disable-hot-restart --log-level warning
fi
exec envoy "$@"
