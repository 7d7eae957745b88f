#!/usr/bin/env bash
# Build the base image without a registry: Debian 12, from a Debian mirror alone. Needs root.
#
#     docker/base.sh [NAME]    then build with BASE=NAME
set -euo pipefail
# Where su leaves them out, debootstrap and the programs it calls are not found.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

name=${1:-twinstack-base:debian12}

if docker image inspect "$name" >/dev/null 2>&1; then
    echo "$name is there."
    exit
fi

if ! command -v debootstrap >/dev/null; then
    echo "debootstrap is not installed; as root: apt-get install debootstrap" >&2
    exit 2
fi

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
# python3-venv brings pip for the stage that unpacks the wheels; the images themselves have none.
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv \
    bookworm "$folder/root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder/log" ||
    { tail -n 20 "$folder/log" >&2; exit 1; }
rm -rf "$folder"/root/var/cache/apt/archives/*.deb "$folder"/root/var/lib/apt/lists/*
tar --directory "$folder/root" --create . |
    docker import --change 'CMD ["python3"]' --message 'Debian 12 with Python' - "$name"
