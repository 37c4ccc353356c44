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

# The process that was started apart: whether it still runs. One that has ended is a zombie until it is waited for.
runs() {
  case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$server/status" 2> /dev/null) in
    '' | Z) return 1 ;;
  esac
}

# Whether it takes connections: the server writes its number, the second of its start and how far it is into a file. What one
# that was killed has left there is older; it may have had the same number.
is_ready() {
  # shellcheck disable=SC2046 # words: number, second, state
  set -- $(sed -n '1p; 3p; 8p' "$PGDATA/postmaster.pid" 2> /dev/null)
  case ${2-} in '' | *[!0-9]*) return 1 ;; esac
  # shell-rules: allow the line above lets digits pass only, and [ ] computes nothing
  [ "$1" = "$server" ] && [ "$2" -ge "$began" ] && [ "${3-}" = ready ]
}

# Sets server. What listens on the socket while the image makes a new cluster is another process: the server for good has the
# number of the program that was started here.
start_apart() {
  began=$(date +%s)
  docker-entrypoint.sh "$@" -c listen_addresses= &
  server=$!
  trap 'stop_apart; exit 143' INT TERM
  until is_ready; do
    runs || return 1
    sleep 0.1
  done
}

# The image's own script does not heed the signal, and the server does.
stop_apart() {
  while runs; do
    kill -INT "$server" 2> /dev/null || true
    sleep 0.1
  done
  wait "$server" || true
}

if [ "$(cat "$prepared" 2> /dev/null)" != "$wanted" ]; then
  if start_apart "$@" && ensure_roles "$hand_over_statements"; then
    printf '%s\n' "$wanted" > "$prepared"
    echo "the roles of the database are in place: $DATABASE_OWNER owns it, $POSTGRES_USER is the superuser"
  else
    # Users are served as before. The deployment fails, and says what stands above.
    echo "the roles of the database could not be put in place, for the reason above; the server starts as it was" >&2
  fi
  stop_apart
  trap - INT TERM
fi

exec docker-entrypoint.sh "$@"
