#!/usr/bin/env bash
# Lets the deploy go on only after a job of the development system has ended well. One that failed runs once more, so that
# after its cause is fixed the next deploy needs nothing but to be run again.
set -euo pipefail

: "${CONTAINER:?name of the job container}"
: "${WHAT:?what the job does, for the message}"

exit_code() { docker inspect --format '{{.State.ExitCode}}' "$CONTAINER"; }

if [ "$(exit_code)" != 0 ]; then
  docker start "$CONTAINER" > /dev/null
  docker wait "$CONTAINER" > /dev/null
fi

code=$(exit_code)
if [ "$code" != 0 ]; then
  {
    echo "$WHAT failed with exit code $code. Its last lines:"
    docker logs --tail 15 "$CONTAINER" 2>&1 | sed 's/^/  /'
    if docker logs --tail 200 "$CONTAINER" 2>&1 | grep -q 'permission denied to create extension'; then
      echo "An extension that needs a superuser is created before the migration where main.ts names it: postgres: { extensions: [...] }"
    fi
    echo "Remove the cause and start again."
  } >&2
  exit 1
fi
