#!/usr/bin/env bash
# Makes a dump of the database before a migration changes it. Without one, nothing is migrated.
set -euo pipefail

: "${CONTAINER:?name of the database container}"
: "${LOCK:?file that says who deploys}"

# A deployment that has failed is none under way.
trap '[ $? -eq 0 ] || rm -f "$LOCK"' EXIT

tables() {
  # The services' own login may have other tables and functions in its search path.
  docker exec --env PGOPTIONS='-c search_path=pg_catalog,pg_temp' "$CONTAINER" sh -c \
    'psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "select count(*) from pg_tables where schemaname not in ('"'pg_catalog', 'information_schema'"')"'
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

count=$(tables)
if [[ ! $count =~ ^[0-9]{1,9}$ ]]; then
  printf 'PostgreSQL answers %q where the number of its tables was asked for; nothing was migrated. Expected a number. Look at: docker logs %s\n' "${count:0:100}" "$CONTAINER" >&2
  exit 1
elif [ "$count" -eq 0 ]; then
  echo "no dump before the migration: the database has no tables yet"
elif ! emaintenance --words 2> /dev/null | grep -qx backup; then
  echo "no dump before the migration: this host has no backups (emaintenance has no word \"backup\")"
elif ! as_root emaintenance backup database --reason before-migration; then
  echo "the dump before the migration failed, for the reason above; nothing was migrated, no service was started or changed. Expected a dump to return to. Mend the cause and deploy again. To go back: npm run rollback -- prod" >&2
  exit 1
fi
