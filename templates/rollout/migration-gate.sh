#!/usr/bin/env bash
# Runs the migration, and lets the deployment go on only after it has ended well. A job that failed is run once more, so that a
# passing trouble (a lock, a restart) needs nobody. Runs behind untrusted.sh and process-limit.sh.
set -euo pipefail

: "${JOB:?id of the migration container}"
: "${NAME:?its name once it has ended well}"
: "${DATABASE:?name of the database container}"
: "${PIDS:?processes and threads that it may have}"
: "${LOCK:?file that says who deploys}"

# <%~ include("shared/failed-deploy.sh") %>

exit_code() { docker inspect --format '{{.State.ExitCode}}' "$JOB"; }
# Where a right is missing, PostgreSQL says which; only an extension is the business of the deployment. The log is the image's
# word: of a name, only what may be one is shown.
missing_right() {
  local said extension
  said=$(docker logs --tail 200 "$JOB" 2>&1 | tr -d '\000' | sed 's/\\"/"/g')
  extension=$(grep -oE 'permission denied to create extension "[a-z_][a-z0-9_-]{0,62}"' <<< "$said" | tail -n 1 | cut -d '"' -f 2)
  if [ -n "$extension" ]; then
    echo "It may not create the extension $extension, which needs a superuser. Name it in main.ts, and the deploy creates it: postgres: { extensions: [\"$extension\"] }"
  elif grep -qiE 'permission denied|must be (superuser|owner)|SQLSTATE.{0,4}42501' <<< "$said"; then
    echo "It lacks a right: it logs in as the owner of the database, who is no superuser (docs/security.md). An extension that needs one is created by the deploy: postgres.extensions in main.ts"
  fi
}

name_of() { docker inspect --format '{{slice .Name 1}}' "$1"; }

# A sign of life every few seconds, for whoever else wants to deploy.
await_end() {
  while [ "$(docker inspect --format '{{.State.Running}}' "$JOB")" = true ]; do
    touch --no-create "$LOCK" 2> /dev/null || true
    timeout 10 docker wait "$JOB" > /dev/null || true
  done
}

limit_processes "$JOB" "$PIDS"
# A deployment that was killed may have left it running.
[ "$(docker inspect --format '{{.State.Status}}' "$JOB")" != created ] || docker start "$JOB" > /dev/null
await_end
if [ "$(exit_code)" != 0 ]; then
  echo "the migration ended with exit code $(exit_code); running it once more"
  docker start "$JOB" > /dev/null
  await_end
fi

code=$(exit_code)
if [ "$code" != 0 ]; then
  {
    echo "migration failed with exit code $code; no service was started or changed. Its last lines:"
    docker logs --tail 40 "$JOB" 2>&1 | printable_lines | sed 's/^/  /'
    missing_right || true
    echo "Expected exit code 0. Fix the cause (the full text: docker logs $(name_of "$JOB")) and deploy again. To roll back: npm run rollback -- prod"
  } >&2
  exit 1
fi

# The database itself remembers it, so that one that is restored remembers what was true of it then: its next deployment with this
# image has nothing to lose (pre-migration-backup.sh).
remember_image() {
  local image
  image=$(docker inspect --format '{{.Image}}' "$JOB") || return 1
  docker exec -i --env IMAGE="$image" "$DATABASE" sh -c \
    'psql -XAtq -v ON_ERROR_STOP=1 -v image="$IMAGE" -U "$POSTGRES_USER" -d "$POSTGRES_DB"' <<'SQL'
SELECT format('ALTER DATABASE %I SET emaintenance.migrated_by = %L', current_database(), :'image') \gexec
SQL
}
remember_image || echo "the database could not be told which image has migrated it: the next deployment makes a dump it may not need"

before=$(docker inspect --format '{{.Id}}' "$NAME" 2> /dev/null || true)
if [ "$before" != "$JOB" ]; then
  [ -z "$before" ] || docker rename "$before" "$NAME-${before:0:12}"
  docker rename "$JOB" "$NAME"
fi
echo "migration done"
