#!/usr/bin/env bash
# Says that PostgreSQL and Redis are as this deployment wants them, and healthy.
set -euo pipefail

: "${READY:?file that says for which deployment the data tier is ready}"
: "${DEPLOYMENT:?id of the deployment}"

printf '%s\n' "$DEPLOYMENT" > "$READY.new"
mv -f "$READY.new" "$READY"
