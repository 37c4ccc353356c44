#!/usr/bin/env bash
# Ends a deployment that has gone well: the system is complete, the watchdog and the operator's command may act again.
set -euo pipefail

: "${LOCK:?file that says who deploys}"
: "${MARK:?id of the container whose name says whether the last deployment is complete}"
: "${MARK_NAME:?its name when it is}"

# A deployment that has failed is none under way: the watchdog looks after the old containers again.
trap '[ $? -eq 0 ] || rm -f "$LOCK"' EXIT

[ "$(docker inspect --format '{{.Name}}' "$MARK")" = "/$MARK_NAME" ] || docker rename "$MARK" "$MARK_NAME"
rm -f "$LOCK"
echo "the deployment is complete"
