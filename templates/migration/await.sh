#!/usr/bin/env bash
# Lets the deploy go on only after the migration has ended well. A job that failed is run once more, so that
# the next deploy after a passing trouble (a lock, a restart) needs nothing but to be run again.
set -euo pipefail

: "${CONTAINER:?name of the migration container}"

exit_code() { docker inspect --format '{{.State.ExitCode}}' "$CONTAINER"; }

if [ "$(exit_code)" -ne 0 ]; then
  echo "$CONTAINER ended with exit code $(exit_code); running it once more"
  docker start "$CONTAINER" > /dev/null
  docker wait "$CONTAINER" > /dev/null
fi

code=$(exit_code)
if [ "$code" -ne 0 ]; then
  {
    echo "migration failed with exit code $code; no service was started or changed. Its last lines:"
    docker logs --tail 40 "$CONTAINER" 2>&1 | sed 's/^/  /'
    echo "Expected exit code 0. Mend the cause (the full text: docker logs $CONTAINER) and deploy again."
  } >&2
  exit 1
fi
echo "migration done"
