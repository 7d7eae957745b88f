#!/usr/bin/env bash
# Build every image; needs the wheels in docker/wheels (make images fetches them).
#
#     BASE=python:3.11-slim-bookworm TAG=latest docker/build.sh
set -euo pipefail
cd "$(dirname "$0")/.."

build() { # NAME TARGET [OPTION ...]
    local began=$SECONDS
    docker build --quiet --file docker/Dockerfile --target "$2" --tag "twinstack-$1:${TAG:-latest}" \
        ${BASE:+--build-arg "BASE=$BASE"} "${@:3}" . >/dev/null
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
