#!/bin/bash
# Starts PostgreSQL as the official image does: as root it hands the data folder to the user postgres and becomes that
# user; an empty data folder becomes a cluster with the user, password and database of the environment.
set -euo pipefail

main() {
  if [ "${1:0:1}" = "-" ]; then set -- postgres "$@"; fi
  if [ "$1" = postgres ]; then
    if [ "$(id -u)" = 0 ]; then
      own_folders
      exec setpriv --reuid=postgres --regid=postgres --init-groups "${BASH_SOURCE[0]}" "$@"
    fi
    export HOME=/var/lib/postgresql
    if [ ! -s "$PGDATA/PG_VERSION" ]; then create_cluster "$@"; fi
    # The server does not need it, and its environment can be read by whoever may look at its process.
    unset POSTGRES_PASSWORD
  fi
  exec "$@"
}

own_folders() {
  mkdir -p "$PGDATA" /run/postgresql
  chmod 0700 "$PGDATA"
  chmod 3775 /run/postgresql
  find "$PGDATA" /run/postgresql \! -user postgres -exec chown postgres:postgres {} +
}

create_cluster() {
  local user=${POSTGRES_USER:-postgres}
  local database=${POSTGRES_DB:-$user}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE"); fi
  if [ -z "${POSTGRES_PASSWORD:-}" ]; then
    echo "error: the data folder is empty and POSTGRES_PASSWORD is not set: set it to make the cluster" >&2
    exit 1
  fi

  # The password goes through a pipe: neither an argument nor a file on disk holds it.
  # Word splitting is the meaning of POSTGRES_INITDB_ARGS.
  # shellcheck disable=SC2086
  initdb --pgdata="$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"

  # Nobody but this script reaches the server before it is complete.
  pg_ctl --pgdata="$PGDATA" --wait --silent --options="-c listen_addresses=''" start
  if [ "$database" != postgres ]; then
    psql --username="$user" --dbname=postgres --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v name="$database" \
      <<<'CREATE DATABASE :"name";'
  fi
  run_scripts "$user" "$database"
  pg_ctl --pgdata="$PGDATA" --wait --silent --mode=fast stop
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) bash "$script" ;;
      *.sql) psql --username="$1" --dbname="$2" --no-psqlrc -v ON_ERROR_STOP=1 --file="$script" ;;
    esac
  done
}

main "$@"
