# shellcheck shell=bash
# PostgreSQL and Redis, through programs of their own images: those have the server's version, and on the local socket they
# need no password.

# Name of every session of a backup at the server: under the lock, a session of that name that is not this backup's was left by
# one that died.
readonly SESSION_NAME=$PROJECT-backup

# What every session is told before anything else: the services' own login may have other functions, operators and tables
# in its search path, which would answer in the place of PostgreSQL's.
readonly SESSION_OPTIONS='-c search_path=pg_catalog,pg_temp'

# connection_to DATABASE: as an argument of a client program, which takes many a name for the address of another server.
connection_to() {
  local name=${1//\\/\\\\}
  printf "dbname='%s'" "${name//\'/\\\'}"
}

# container_of SERVICE: name of its container; fails if it does not run.
container_of() {
  local name state
  name=$(jq -r --arg service "$1" '.services[] | select(.service == $service) | .container' "$CONFIG")
  state=$(docker inspect --format '{{.State.Status}}' "$name" 2> /dev/null) || state=missing
  if [ "$state" != running ]; then
    echo "the container $name is $state: expected it to run" >&2
    return 1
  fi
  printf '%s' "$name"
}

# in_server OPTION CONTAINER PROGRAM ARGUMENT...: a client program as the server's superuser, with what is left of the processor.
# The option is one of docker exec, or empty.
in_server() {
  local option=$1 container=$2
  shift 2
  # shellcheck disable=SC2016 # for the shell in the container
  docker exec ${option:+"$option"} --env PGAPPNAME="$SESSION_NAME" --env PGOPTIONS="$SESSION_OPTIONS" "$container" sh -c '
    PGPORT=${PGPORT:-5432} PGUSER=${POSTGRES_USER:-postgres}
    export PGPORT PGUSER
    exec nice -n 19 "$@"' sh "$@"
}

# in_postgres CONTAINER PROGRAM ARGUMENT...: one that reads nothing; feed_postgres: one that gets the standard input.
in_postgres() { in_server '' "$@"; }
feed_postgres() { in_server --interactive "$@"; }

# What the containers that read a server or a dump are labelled with, should the script that started one be killed.
readonly READER_LABEL=$PROJECT.throwaway=reader

# A small share of the processor next to the system's containers (1024), and the first to go where memory runs out. A whole
# dump would go through Docker into the container's log otherwise, and take as much of the processor as pg_dump itself.
readonly READER=(docker run --rm --init --user 0:0 --network none --label "$READER_LABEL" --log-driver none --pids-limit 128 --cpu-shares 64 --oom-score-adj 500
  --cap-drop ALL --security-opt no-new-privileges --read-only)

# remove_readers: those that a script has left that was killed; under the lock of the backups. One may be going just now.
# One after the other: of several at once, Docker Engine 20.10 may wait for itself for ever.
remove_readers() {
  docker ps --all --quiet --filter "label=$READER_LABEL" | xargs --no-run-if-empty --max-args 1 docker rm --force --volumes > /dev/null || true
}

# socket_of CONTAINER: the volume with the server's socket, where it is in one.
socket_of() {
  docker inspect --format '{{range .Mounts}}{{if eq .Destination "/run/postgresql"}}{{.Name}}{{end}}{{end}}' "$1"
}

# read_server CONTAINER FOLDER PROGRAM ARGUMENT...: as in_postgres, in a container of its own that has FOLDER as /out: what the
# program takes is not missing in the server's share of processor and memory. What it writes may get as large as what this
# script writes: it is no child of this script, and this script's limit is not its own.
read_server() {
  local container=$1 folder=$2 program=$3 login largest
  shift 3
  # shellcheck disable=SC2016 # for the shell in the container
  if ! login=$(docker exec "$container" sh -c 'printf "%s %s" "${PGPORT:-5432}" "${POSTGRES_USER:-postgres}"'); then
    # Docker says on standard output why it starts no program.
    echo "$login" >&2
    return 1
  fi
  largest=$(ulimit -f)
  [ "$largest" = unlimited ] || largest=$((largest * 1024))
  "${READER[@]}" --ulimit "fsize=${largest/unlimited/-1}" --volume "$(socket_of "$container"):/run/postgresql" --volume "$folder:/out" \
    --env PGHOST=/run/postgresql --env PGPORT="${login%% *}" --env PGUSER="${login#* }" --env PGAPPNAME="$SESSION_NAME" --env PGOPTIONS="$SESSION_OPTIONS" \
    --entrypoint "$program" "$(docker inspect --format '{{.Image}}' "$container")" "$@"
}

# readable_apart CONTAINER DATABASE FOLDER: whether a container next to the server's reaches it and may write to FOLDER. It may
# not where the socket is in no volume, wants another user than root, or Docker gives root another number.
readable_apart() {
  [ -n "$(socket_of "$1")" ] || return 1
  # shellcheck disable=SC2016 # for the shell in the container
  read_server "$1" "$3" sh -c 'psql -XAtqc "SELECT 1" -d "$1" > /out/.reached && rm /out/.reached' sh "$(connection_to "$2")" > /dev/null 2>&1
}

# main_database CONTAINER
main_database() {
  # shellcheck disable=SC2016 # for the shell in the container
  docker exec "$1" sh -c 'printf %s "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}"'
}

# query_once CONTAINER DATABASE SQL
query_once() { in_postgres "$1" psql -XAtq -v ON_ERROR_STOP=1 -d "$(connection_to "$2")" -c "$3"; }

# Ends what a backup that died has left running at the server.
end_left_sessions() {
  query_once "$1" postgres "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE application_name = '$SESSION_NAME' AND pid <> pg_backend_pid()" > /dev/null 2>&1 || true
}

# A session that stays open: what it sees is what pg_dump sees, by the snapshot that it exports. Nobody knows before which
# line ends an answer.
SESSION_END="-- end of the answer $(od -An -N 12 -t x1 /dev/urandom | tr -d ' \n') --"
readonly SESSION_END
session_pid=''

# open_session CONTAINER DATABASE
open_session() {
  # shellcheck disable=SC2034,SC2153 # bash sets SESSION and SESSION_PID
  coproc SESSION { feed_postgres "$1" psql -XAtq -v ON_ERROR_STOP=1 -d "$(connection_to "$2")"; }
  # shellcheck disable=SC2153 # bash sets it
  session_pid=$SESSION_PID
  # Moved, not doubled: the session ends when its standard input is closed.
  exec {session_in}>&"${SESSION[1]}"- {session_out}<&"${SESSION[0]}"-
}

# ask SQL: the answer's lines; fails when the session has ended.
ask() {
  local line
  printf '%s\n\\echo %s\n' "$1" "$SESSION_END" 1>&"$session_in" || return 1
  while IFS= read -r line <&"$session_out"; do
    [ "$line" != "$SESSION_END" ] || return 0
    printf '%s\n' "$line"
  done
  echo "the session at PostgreSQL has ended" >&2
  return 1
}

close_session() {
  [ -n "$session_pid" ] || return 0
  exec {session_in}>&- {session_out}<&-
  wait "$session_pid" 2> /dev/null || true
  session_pid=''
}

# snapshot_of ANSWER: the name of a snapshot; fails if the answer is no such name.
snapshot_of() { [[ $1 =~ ^[0-9A-F]{1,16}-[0-9A-F]{1,16}-[0-9]{1,9}$ ]] && printf '%s' "$1"; }

# counts_of: the answers to COUNT_ROWS as one object of names and numbers; fails if they are something else.
counts_of() { jq -ces 'add // {} | select(type == "object" and all(.[]; type == "number" and . >= 0 and . == floor))'; }

# facts_of ANSWER: the answer to DATABASE_FACTS; fails if it is invalid.
facts_of() { query backup/jq/database-facts.jq -ce <<< "$1"; }

# shellcheck disable=SC2034 # for the scripts that read this file
# Rows of every table that a dump holds, one object a table. FROM ONLY: what inherits is counted as itself.
readonly COUNT_ROWS="SELECT format('SELECT json_build_object(%L, count(*)) FROM ONLY %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY 1
\\gexec"

# shellcheck disable=SC2034 # for the scripts that read this file
# What one has to know of a database to make it again.
readonly DATABASE_FACTS="SELECT json_build_object('version', current_setting('server_version'),
  'major', current_setting('server_version_num')::int / 10000, 'database', current_database(), 'user', current_user, 'owner', pg_get_userbyid(datdba),
  'bytes', pg_database_size(current_database()), 'encoding', pg_encoding_to_char(encoding), 'collate', datcollate, 'ctype', datctype)
  FROM pg_database WHERE datname = current_database()"

# dump_compression CONTAINER: how its pg_dump compresses, as the option of pg_dump. zstd, where it was built with it.
dump_compression() {
  local answer
  if [ "$(config '.backup.compression')" = zstd ]; then
    # There is no such server: pg_dump says which of the two it minds.
    answer=$(docker exec "$1" pg_dump -Fc --compress=zstd:3 -h /nonexistent -f /dev/null 2>&1) || true
    case $answer in *compress*) ;; *) echo zstd:3 && return 0 ;; esac
  fi
  echo 6
}

# Exit code of a container whose program was ended by SIGXFSZ.
readonly TOO_LARGE=153

# dump_custom CONTAINER DATABASE FILE [SNAPSHOT]
dump_custom() {
  local code=0 dump=(pg_dump -Fc --compress="$(dump_compression "$1")" ${4:+--snapshot="$4"} -d "$(connection_to "$2")")
  if readable_apart "$1" "$2" "${3%/*}"; then
    read_server "$1" "${3%/*}" "${dump[@]}" --file="/out/${3##*/}" || code=$?
    [ "$code" -ne "$TOO_LARGE" ] || echo "the dump has grown into the room that must stay free" >&2
    [ "$code" -eq 0 ] && chmod 0600 "$3"
  else
    in_postgres "$1" "${dump[@]}" > "$3"
  fi
}

# dump_plain CONTAINER DATABASE FILE SNAPSHOT: SQL, compressed on the host; whole only with its last line.
dump_plain() {
  local dump=(pg_dump --snapshot="$4" -d "$(connection_to "$2")")
  if readable_apart "$1" "$2" "${3%/*}"; then dump=(read_server "$1" "${3%/*}" "${dump[@]}"); else dump=(in_postgres "$1" "${dump[@]}"); fi
  "${dump[@]}" | compress_to "$3" || return 1
  unpacked "$3" | tail -n 20 | grep -qx -- '-- PostgreSQL database dump complete'
}

# read_dump IMAGE FILE: reads a custom dump from beginning to end. Says how many tables have data in it.
read_dump() {
  local read=("${READER[@]}" --volume "${2%/*}:/set:ro" --entrypoint pg_restore "$1")
  "${read[@]}" --file=/dev/null "/set/${2##*/}" && "${read[@]}" --list "/set/${2##*/}" | grep -c ' TABLE DATA '
}

# save_redis CONTAINER PORT FILE: a snapshot as a replica gets it. Its password comes from the container's own environment.
save_redis() {
  # shellcheck disable=SC2016 # for the shell in the container
  docker exec "$1" sh -c '[ -z "${REDIS_PASSWORD:-}" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"
    exec nice -n 19 redis-cli -p "$1" --rdb -' sh "$2" > "$3" || return 1
  # Into a pipe, redis-cli also writes the end marker of what Redis sends: 40 hexadecimal digits behind the snapshot,
  # with which it could not be loaded. A snapshot itself never ends like that: before its checksum comes a byte 255.
  if tail -c 40 "$3" | grep -aqxE '[0-9a-f]{40}'; then truncate --size=-40 "$3"; fi
  if [ "$(head -c 5 "$3")" != REDIS ]; then
    echo "what Redis sent is no snapshot" >&2
    return 1
  fi
}
