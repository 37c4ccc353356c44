#!/usr/bin/env bash
# Lets the deployment go on only after the migration has ended well. A job that failed is run once more, so that a passing
# trouble (a lock, a restart) needs nobody.
set -euo pipefail

: "${JOB:?id of the migration container}"
: "${NAME:?its name once it has ended well}"
: "${LOCK:?file that says who deploys}"

exit_code() { docker inspect --format '{{.State.ExitCode}}' "$JOB"; }
name_of() { docker inspect --format '{{slice .Name 1}}' "$1"; }

if [ "$(exit_code)" != 0 ]; then
  echo "the migration ended with exit code $(exit_code); running it once more"
  docker start "$JOB" > /dev/null
  docker wait "$JOB" > /dev/null
fi

code=$(exit_code)
if [ "$code" != 0 ]; then
  # A deployment that has failed is none under way.
  rm -f "$LOCK"
  {
    echo "migration failed with exit code $code; no service was started or changed. Its last lines:"
    docker logs --tail 40 "$JOB" 2>&1 | sed 's/^/  /'
    echo "Expected exit code 0. Mend the cause (the full text: docker logs $(name_of "$JOB")) and deploy again. To go back: npm run rollback -- prod"
  } >&2
  exit 1
fi

before=$(docker inspect --format '{{.Id}}' "$NAME" 2> /dev/null || true)
if [ "$before" != "$JOB" ]; then
  [ -z "$before" ] || docker rename "$before" "$NAME-${before:0:12}"
  docker rename "$JOB" "$NAME"
fi
echo "migration done"
