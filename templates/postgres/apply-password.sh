#!/usr/bin/env bash
# Makes the password of the database's owner the one that its container was started with. The image sets one when it
# creates the database and never again, so without this a changed password would lock all services out.
# The password stays inside the container: psql reads it from the environment. Neither the server's log nor psql's message has
# the statement in it, also where it fails.
# It fails if the roles are not those that the start of the container puts in place: then the services would be superusers.
set -euo pipefail

: "${CONTAINER:?name of the database container}"

# As the superuser, by the socket.
sql() {
  docker exec -i --env PGOPTIONS='-c search_path=pg_catalog,pg_temp' "$CONTAINER" sh -c 'exec psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d template1'
}

# One role that may do anything, and another one that may not.
roles() {
  sql << 'SQL'
\getenv owner DATABASE_OWNER
\pset tuples_only on
\pset format unaligned
SELECT count(*) FROM pg_roles WHERE (oid = 10 AND rolname = current_user)
  OR (rolname = :'owner' AND rolcanlogin AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls));
SQL
}

if [ "$(roles)" != 2 ]; then
  {
    echo "the roles of the database in $CONTAINER are not as expected: its services would log in as superuser. What its start says:"
    docker logs "$CONTAINER" 2>&1 | grep -B 5 'the roles of the database could not be put in place' | tail -n 6 | LC_ALL=C tr -d '\000-\010\013-\037\177' | cut -c 1-300 | sed 's/^/  /'
    echo "Expected the role of postgres.user without SUPERUSER, and another one with it. Remove the cause and restart the container (docker restart $CONTAINER), then deploy again"
  } >&2
  exit 1
fi

sql << 'SQL'
\getenv owner DATABASE_OWNER
\getenv password POSTGRES_PASSWORD
\set VERBOSITY terse
SET log_min_duration_statement = -1;
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
ALTER ROLE :"owner" PASSWORD :'password';
SQL
echo "database password of $CONTAINER is in place"
