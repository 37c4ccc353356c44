#!/usr/bin/env bash
# Says that PostgreSQL and Redis are as this deployment wants them, and healthy. Runs behind process-limit.sh.
set -euo pipefail

: "${READY:?file that says for which deployment the data tier is ready}"
: "${DEPLOYMENT:?id of the deployment}"
: "${LIMITS:?words ID=COUNT: their containers, and how many processes each of them may have}"

# shellcheck disable=SC2086 # words
limit_all $LIMITS

printf '%s\n' "$DEPLOYMENT" > "$READY.new"
mv -f "$READY.new" "$READY"
