#!/usr/bin/env bash
# Build every image; needs the wheels in docker/wheels (make images fetches them).
#
#     BASE=python:3.11-slim-bookworm TAG=latest docker/build.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export BASE=${BASE:-python:3.11-slim-bookworm}
SOURCES=$("${PYTHON:-python3}" -m testbed.sources)

if ! docker image inspect "$BASE" >/dev/null 2>&1 && ! docker pull --quiet "$BASE" >/dev/null; then
    echo "The base image $BASE cannot be had; make one from a Debian mirror, as root, with" \
        "docker/base.sh, and build with: make images BASE=twinstack-base:debian12" >&2
    exit 2
fi

build() { # NAME TARGET [OPTION ...]
    local began=$SECONDS
    docker build --quiet --file docker/Dockerfile --target "$2" --tag "twinstack-$1:${TAG:-latest}" \
        --build-arg "BASE=$BASE" --label "twinstack.sources=$SOURCES" "${@:3}" . >/dev/null
    echo "twinstack-$1 ($((SECONDS - began)) s)"
}

process() { build "$1" store --build-arg "SERVICE=$1" "${@:2}"; }

process monolith --build-arg PACKAGE=monolith
process payment-provider --build-arg PACKAGE=store.payment_provider --build-arg HEALTH_PATH=/healthz
for app in microservices/*/app.py; do
    process "$(basename "$(dirname "$app")")"
done
for part in create-data database edge load; do
    build "$part" "$part"
done
