#!/bin/sh
# Become Envoy: with a mounted configuration, or with the built-in one of TWINSTACK_ARCHITECTURE.
set -eu
configuration=/run/twinstack/envoy/envoy.json
[ -e "$configuration" ] || configuration=/etc/envoy/$TWINSTACK_ARCHITECTURE.json
exec envoy --config-path "$configuration" --concurrency 1 --disable-hot-restart --log-level warning
