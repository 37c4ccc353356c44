#!/usr/bin/env bash
# Before Redis is replaced: where the one that runs has no password, the services that run know none either. The new one then
# asks for none until they are replaced; require-password.sh ends that. Otherwise users would be logged out, and could not log in
# again, until the last service is a new one.
set -euo pipefail

: "${CONTAINER:?name of the container of Redis}"
: "${FOLDER:?folder of the host with its data}"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

found=$(docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$CONTAINER" 2> /dev/null) || exit 0
if grep -qE '^REDIS_PASSWORD=.' <<< "$found"; then exit 0; fi
# The folder is Redis's own: a new file there must not follow a link.
as_root rm -rf "$FOLDER/.password-pending"
as_root mkdir "$FOLDER/.password-pending"
echo "Redis has had no password: the services that run are let in without one until they are replaced"
