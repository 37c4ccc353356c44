#!/usr/bin/env bash
# Makes the database's password the one that its container was started with. The image sets it when it
# creates the database and never again, so without this a changed password would lock all services out.
# The password stays inside the container: psql reads it from the environment. Neither the server's log nor psql's message has
# the statement in it, also where it fails.
set -euo pipefail

: "${CONTAINER:?name of the database container}"

docker exec -i --env PGOPTIONS='-c search_path=pg_catalog,pg_temp' "$CONTAINER" sh -c 'psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"' <<'SQL'
\getenv user POSTGRES_USER
\getenv password POSTGRES_PASSWORD
\set VERBOSITY terse
SET log_min_duration_statement = -1;
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE :"user" PASSWORD :'password';
SQL
echo "database password of $CONTAINER is in place"
