# shellcheck shell=sh
# Starts PostgreSQL. It runs behind roles.sh, which sees to the roles before the server listens on the network: nobody has a
# session of the superuser over it, not even for a moment. Arguments: the statements of hand-over.sql, then the server's own.

set -u
hand_over_statements=$1 program=$2
shift 2

# The superuser is let in by the socket only, which root's scripts of the host use; over the network everybody needs a password.
access=/tmp/emaintenance-pg_hba.conf
cat > "$access" << END
local all all trust
local replication all trust
host all "$POSTGRES_USER" all reject
host all all all scram-sha-256
END
chmod 0644 "$access"
set -- "$program" -c hba_file="$access" "$@"

# Says for which roles a cluster has been prepared. One that was restored from an earlier time has none, or another one.
prepared=$PGDATA/emaintenance.roles
wanted="1 $POSTGRES_USER $DATABASE_OWNER $POSTGRES_DB"

# Sets server. What listens on the socket while the image makes a new cluster is another process: the server for good has the
# number of the program that was started here. It writes into its eighth line how far it is.
start_apart() {
  docker-entrypoint.sh "$@" -c listen_addresses= &
  server=$!
  trap 'kill -INT "$server"; wait "$server"; exit 143' INT TERM
  until [ "$(sed -n '1p; 8s/ *$//p' "$PGDATA/postmaster.pid" 2> /dev/null)" = "$server
ready" ]; do
    kill -0 "$server" 2> /dev/null || return 1
    sleep 0.1
  done
}

if [ "$(cat "$prepared" 2> /dev/null)" != "$wanted" ]; then
  if start_apart "$@" && ensure_roles "$hand_over_statements"; then
    printf '%s\n' "$wanted" > "$prepared"
    echo "the roles of the database are in place: $DATABASE_OWNER owns it, $POSTGRES_USER is the superuser"
  else
    # Users are served as before. The deployment fails, and says what stands above.
    echo "the roles of the database could not be put in place, for the reason above; the server starts as it was" >&2
  fi
  kill -INT "$server" 2> /dev/null || true
  wait "$server" || true
  trap - INT TERM
fi

exec docker-entrypoint.sh "$@"
