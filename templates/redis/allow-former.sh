#!/usr/bin/env bash
# Before the new Redis starts: where services run that know no password for it, it asks for none until they are replaced;
# require-password.sh ends that. Otherwise nobody could log in, or stay so, until the last service is a new one. The former Redis
# may be gone already: Terraform removes what it replaces before anything that the new one waits for.
set -euo pipefail

: "${LABEL:?label of the containers of services}"
: "${FOLDER:?folder of the host with the data of Redis}"

# <%~ include("shared/as-root.sh") %>

# Whether a container that runs has a URL of Redis without a password.
knows_no_password() {
  docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$1" 2> /dev/null | grep -qE '^REDIS_URL=rediss?://[^@]+$'
}

for id in $(docker ps --quiet --filter "label=$LABEL"); do
  knows_no_password "$id" || continue
  # The folder is Redis's own: what is made there must not follow a link.
  as_root rm -rf "$FOLDER/.password-pending"
  as_root mkdir "$FOLDER/.password-pending"
  echo "services run that know no password of Redis: they are let in without one until they are replaced"
  exit 0
done
