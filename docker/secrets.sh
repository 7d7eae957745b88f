#!/usr/bin/env bash
# Make the passwords and tokens of docker/compose.yml: random, once, in docker/secrets, which git ignores.
#
# Compose mounts the files as they are, and the images' user is not yours: the files may be read by
# all, the folder by you alone.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=docker/secrets

mkdir -p -m 700 "$folder"
for app in microservices/*/schema.sql; do
    owners+=("$(basename "$(dirname "$app")")")
done
for name in signing service-token provider-token admin-password monolith "${owners[@]}"; do
    [ -e "$folder/$name" ] || (umask 022 && head -c 24 /dev/urandom | base64 >"$folder/$name")
done
