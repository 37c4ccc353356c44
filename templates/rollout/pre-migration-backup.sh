#!/usr/bin/env bash
# Makes the pre-migration backup: a dump of the database before a migration changes it. Without one, nothing is migrated. None
# is made if there is nothing to lose: no tables yet, or tables of which the database itself says that this image's migration has ended well on them.
set -euo pipefail

: "${CONTAINER:?name of the database container}"
: "${IMAGE:?id of the image that holds the migration}"
: "${LOCK:?file that says who deploys}"

# <%~ include("shared/failed-deploy.sh") %>

# The services' own login may have other tables and functions in its search path.
sql() {
  docker exec -i --env PGOPTIONS='-c search_path=pg_catalog,pg_temp' "$CONTAINER" sh -c \
    'psql -XAtq -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
}

# How many tables there are, and behind it the image whose migration was the last one to end well (migration-gate.sh).
facts() {
  sql <<'SQL'
SELECT (SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema'))
  || ' ' || coalesce(current_setting('emaintenance.migrated_by', true), '');
SQL
}

# From here on, the tables are not that image's any more, even if the migration that follows fails half-way.
forget_image() {
  sql <<'SQL'
SELECT format('ALTER DATABASE %I RESET emaintenance.migrated_by', current_database()) \gexec
SQL
}

# <%~ include("shared/as-root.sh") %>

found=$(facts)
count=${found%% *} migrated_by=${found#* }
if [[ ! $count =~ ^[0-9]{1,9}$ ]]; then
  printf 'PostgreSQL answers %q where the number of its tables was asked for; nothing was migrated. Expected a number. Look at: docker logs %s\n' "${found:0:100}" "$CONTAINER" >&2
  exit 1
elif [ "$count" -eq 0 ]; then
  echo "no pre-migration backup: the database has no tables yet"
elif [ "$migrated_by" = "$IMAGE" ]; then
  echo "no pre-migration backup: the migration of this image has ended well before, and changes nothing"
elif ! emaintenance --words 2> /dev/null | grep -qx backup; then
  echo "no pre-migration backup: this host has no backups (emaintenance has no word \"backup\")"
elif ! as_root emaintenance backup database --reason before-migration; then
  echo "the pre-migration backup failed, for the reason above; nothing was migrated, no service was started or changed. Expected a backup to restore. Fix the cause and deploy again. To roll back: npm run rollback -- prod" >&2
  exit 1
fi
[ -z "$migrated_by" ] || [ "$migrated_by" = "$IMAGE" ] || forget_image
