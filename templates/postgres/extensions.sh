#!/usr/bin/env bash
# Creates extensions of the database that only a superuser may create. Those that are there stay as they are.
set -euo pipefail

: "${CONTAINER:?name of the database container}"
: "${EXTENSIONS:?names of extensions, separated by spaces}"

# sql NAME: as the superuser, by the socket; :'extension' and :"extension" are NAME.
sql() {
  docker exec -i --env PGOPTIONS='-c search_path=pg_catalog,pg_temp' "$CONTAINER" sh -c \
    'exec psql -XAtq -v ON_ERROR_STOP=1 -v extension="$1" -U "$POSTGRES_USER" -d "$POSTGRES_DB"' sh "$1"
}

for name in $EXTENSIONS; do
  if [ "$(sql "$name" <<< "SELECT count(*) FROM pg_available_extensions WHERE name = :'extension'")" != 1 ]; then
    echo "the image of $CONTAINER has no extension \"$name\", which postgres.extensions names. Expected one of those that it has: see SELECT name FROM pg_available_extensions. Correct the name, or set IMAGES.postgres to an image that has it" >&2
    exit 1
  fi
  # Where it does not say itself, its objects are in the schema public, as those of a migration.
  sql "$name" << 'SQL'
SET client_min_messages = warning;
SET search_path = public, pg_temp;
CREATE EXTENSION IF NOT EXISTS :"extension" CASCADE;
SQL
  echo "the extension $name is in place"
done
