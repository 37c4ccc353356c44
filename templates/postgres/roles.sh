# shellcheck shell=sh
# The two roles of the database, as every start of its container wants them: the superuser, who is reached by the socket only,
# and the owner, as whom services and migrations log in over the network. A cluster that was made with one role for both is
# moved over: everything gets the new owner first, and then both names change in one transaction, so that a move that was
# killed is finished by the next start. It runs inside the container, before the server listens on the network.

: "${POSTGRES_USER:?the superuser}"
: "${POSTGRES_DB:?the database of the system}"
: "${DATABASE_OWNER:?the role that owns it}"

# The owner's name while the superuser still has it.
NEXT_OWNER=emaintenance_next_owner

# in_database CONNECTION ARGUMENT...: as the superuser, with PostgreSQL's own functions and operators only.
in_database() {
  connection=$1
  shift
  PGOPTIONS='-c search_path=pg_catalog,pg_temp' psql -XAtq -v ON_ERROR_STOP=1 -p "${PGPORT:-5432}" -U "$superuser_now" \
    -v superuser="$POSTGRES_USER" -v owner="$DATABASE_OWNER" -v next="$NEXT_OWNER" -v main="$POSTGRES_DB" -d "$connection" "$@"
}

# Sets superuser_now: before the move, the superuser has the owner's name.
find_superuser() {
  for superuser_now in "$POSTGRES_USER" "$DATABASE_OWNER"; do
    # OID 10 is the role that initdb has made: a superuser, whatever it is called.
    if [ "$(in_database template1 -c "SELECT oid FROM pg_roles WHERE rolname = current_user" 2> /dev/null)" = 10 ]; then return; fi
  done
  echo "the first role of the cluster is neither $POSTGRES_USER nor $DATABASE_OWNER. Expected postgres.user to name the role that the cluster was made with" >&2
  return 1
}

# make_owner: prints the role that everything is given to.
make_owner() {
  in_database template1 << 'SQL'
SELECT count(*) = 1 AS occupied FROM pg_roles WHERE rolname = :'superuser' AND oid <> 10 \gset
\if :occupied
DO $$ BEGIN RAISE 'another role has the name that the superuser gets. Expected no such role: rename it (ALTER ROLE ... RENAME TO ...), and deploy again'; END $$;
\endif
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner' AND oid <> 10) AS missing,
  NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'next') AS untouched \gset
\if :missing
\if :untouched
CREATE ROLE :"next" NOLOGIN;
\endif
-- What other roles own was within reach of the services, and they may use it.
SELECT DISTINCT format('GRANT %I TO %I', rolname, :'next') FROM pg_shdepend JOIN pg_roles r ON r.oid = refobjid
WHERE deptype = 'o' AND refclassid = 'pg_authid'::regclass AND rolname <> :'next' AND rolname !~ '^pg_'
  AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
\gexec
SELECT :'next';
\else
SELECT :'owner';
\endif
SQL
}

# connection_to OID: a name may be anything; in the word of a connection, its quotes and backslashes are escaped.
connection_to() {
  in_database template1 -v oid="$1" << 'SQL'
SELECT 'dbname=''' || replace(replace(datname, '\', '\\'), '''', '\''') || '''' FROM pg_database WHERE oid = :oid
SQL
}

hand_over_all() {
  for database in $(in_database template1 -c "SELECT oid FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY oid"); do
    found=$(connection_to "$database") || return 1
    printf '%s\n' "$hand_over" | in_database "$found" -v to="$new_owner" || return 1
  done
}

# Names, passwords and rights change in one transaction. Nobody can rename the role of his own session, so another superuser
# does it, whom nobody else ever sees. The server's log has no statement with a password in it.
change_names() {
  in_database template1 << 'SQL'
\set VERBOSITY terse
SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';
BEGIN;
SELECT rolname = :'owner' AS moving, coalesce(rolpassword, '') AS verifier FROM pg_authid WHERE oid = 10 \gset
SELECT NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner' AND oid <> 10) AS missing \gset
\if :missing
UPDATE pg_db_role_setting SET setrole = (SELECT oid FROM pg_roles WHERE rolname = :'next') WHERE setrole = 10;
CREATE ROLE emaintenance_renaming SUPERUSER NOLOGIN;
SET SESSION AUTHORIZATION emaintenance_renaming;
\if :moving
ALTER ROLE :"owner" RENAME TO :"superuser";
\endif
ALTER ROLE :"next" RENAME TO :"owner";
ALTER ROLE :"owner" PASSWORD :'verifier';
RESET SESSION AUTHORIZATION;
DROP ROLE emaintenance_renaming;
\endif
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"superuser" PASSWORD NULL;
COMMIT;
SQL
}

# ensure_roles STATEMENTS: STATEMENTS are those of hand-over.sql.
ensure_roles() {
  hand_over=$1
  find_superuser && new_owner=$(make_owner) && hand_over_all && change_names
}
