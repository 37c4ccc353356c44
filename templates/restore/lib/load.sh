# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # for the shell and for psql in the container; variables of restore.sh
# How the dump of a backup gets into a new database. Sourced after database.sh.

# Where the volume of the database is in its container.
readonly MOUNT=/var/lib/postgresql/data

# database_properties BACKUP: what a dump says of the database itself: locale, owner, settings, rights. A line with a backslash
# is left out: a value with a line break would make a command of psql's own of it, and the database's login writes these
# values.
database_properties() {
  local backup=$1
  ! is_plain "$(dump_file "$backup")" || return 0
  docker exec -i "$POSTGRES" pg_restore --create --schema-only --file=- < "$(dump_file "$backup")" | grep -v '[\\]' |
    sed -nE 's/^(CREATE DATABASE|ALTER DATABASE|COMMENT ON DATABASE|(GRANT|REVOKE) .* ON DATABASE) ("[^"]*"|[^ ;]+)/\1 :"name"/p'
}

# create_database BACKUP DATABASE
create_database() {
  local backup=$1 properties answer
  properties=$(database_properties "$backup")
  if ! answer=$(grep '^CREATE ' <<< "$properties" | sql "$NEUTRAL" "name=$2" 2>&1); then
    # A dump as SQL does not say it, and another image has other locales.
    [ -z "$answer" ] || say "as in the dump it cannot be created (${answer##*: }): with the locale of this server instead"
    sql "$NEUTRAL" "name=$2" <<< 'CREATE DATABASE :"name" TEMPLATE template0 ENCODING UTF8' ||
      fail "$2 cannot be created" "a server that creates a database" "PostgreSQL's reason is above"
  fi
  [ -n "$NO_OWNER" ] || { grep -v '^CREATE ' <<< "$properties" || true; } | sql "$NEUTRAL" "name=$2" ||
    fail "$2 cannot be given the owner and settings of the dump" "the roles that it names" "Create them, or use --no-owner"
}

# load_dump BACKUP DATABASE
load_dump() {
  local backup=$1 began=$SECONDS log jobs=1 inside='' dump
  log=$(mktemp)
  dump=$(dump_file "$backup")
  if is_plain "$dump"; then
    interruptible bash -o pipefail -c 'unpacked "$0" | docker exec -i "$1" sh -c "exec psql -Xq -v ON_ERROR_STOP=1 --single-transaction -p \"\${PGPORT:-5432}\" -U \"\$POSTGRES_USER\" -d \"\$0\"" "$2"' \
      "$dump" "$POSTGRES" "$(connection_to "$2")" > "$log" 2>&1 || not_loaded "$2" "$log"
  else
    jobs=$(restore_jobs)
    [ "$jobs" = 1 ] || inside=$(lend_dump "$backup") || jobs=1
    local options=(--exit-on-error)
    [ -z "$NO_OWNER" ] || options+=(--no-owner --no-privileges)
    [ -z "$inside" ] || options+=(--jobs "$jobs" "$inside")
    if entries_list "$dump" without; then options+=(--use-list "$ENTRIES"); fi
    restore_entries "$2" "$dump" "$log" "${options[@]}" || not_loaded "$2" "$log"
    take_dump_back
    if entries_list "$dump" only; then
      restore_entries "$2" "$dump" "$log" --exit-on-error --no-owner --use-list "$ENTRIES" || not_loaded "$2" "$log"
    fi
  fi
  rm -f "$log"
  say "restored in $((SECONDS - began)) s${inside:+ by $jobs jobs}"
}

# restore_entries DATABASE DUMP LOG OPTION...
restore_entries() {
  # A database that is thrown away after a crash need not be safe on the disk row by row.
  interruptible docker exec -i --user 0 --env PGOPTIONS='-c synchronous_commit=off' "$POSTGRES" \
    sh -c 'exec pg_restore -p "${PGPORT:-5432}" -U "$POSTGRES_USER" -d "$@"' pg_restore "$(connection_to "$1")" "${@:4}" < "$2" > "$3" 2>&1
}

# Where a list of entries is, in the server's container.
readonly ENTRIES=/tmp/emaintenance-restore-entries

# entries_list DUMP without | only: of a backup from before the services' role was no superuser, what only a superuser may own
# (an event trigger, a publication of all tables) names that role as its owner: it is restored last, without its owner.
# Writes the list of all other entries, or of these only; fails if there are none of them.
entries_list() {
  local list kind='^[0-9]+; [0-9]+ [0-9]+ (COMMENT - )?(EVENT TRIGGER|PUBLICATION)'
  list=$(docker exec -i "$POSTGRES" pg_restore --list < "$1") || return 1
  grep -qE "$kind" <<< "$list" || return 1
  if [ "$2" = only ]; then list=$(grep -E "$kind" <<< "$list"); else list=$(grep -vE "$kind" <<< "$list"); fi
  docker exec -i --user 0 "$POSTGRES" sh -c 'cat > "$0"' "$ENTRIES" <<< "$list"
}

# hand_over DATABASE: what belongs to the superuser now, as it was restored by it, is given to the role of the services.
hand_over() {
  local owner
  owner=$(server_variable DATABASE_OWNER)
  # The container of a version before has one role for both.
  [ -n "$owner" ] || return 0
  sql "$1" "to=$owner" "main=$DATABASE" < "$LIB/restore/hand-over.sql" > /dev/null ||
    fail "what is in $1 could not be given to $owner" "a role that owns the restored database" "PostgreSQL's reason is above"
}

# not_loaded DATABASE LOG
not_loaded() {
  tail -n 15 "$2" | sed 's/^/  /' | printable >&2
  rm -f "$2"
  fail "the dump could not be restored into $1" "a dump that restores without an error" "The reason is above"
}

# As many as the server's container may use cores.
restore_jobs() {
  local cores
  cores=$(docker inspect --format '{{.HostConfig.NanoCpus}}' "$POSTGRES" | awk '{ print int($1 / 1000000000) }')
  numbers cores
  [ "$cores" -gt 0 ] || cores=$(nproc)
  echo "$cores"
}

# lend_dump BACKUP: several jobs need a file that they can seek in. A hard link into the data's folder is one, and takes no
# room; without a folder of the host, or on another file system, there is none.
lend_dump() {
  local backup=$1 folder lent
  folder=$(host_folder "$POSTGRES" "$MOUNT") || return 1
  lent=$folder/.restore-$backup.dump
  record lent "$(text_json "$lent")"
  # The folder is the server's: what lies there under this name may be a folder, or a link to one.
  ln -fT "$(dump_file "$backup")" "$lent" 2> /dev/null || return 1
  printf '%s/%s' "$MOUNT" "$(basename "$lent")"
}

take_dump_back() {
  local lent
  lent=$(recorded lent)
  [ -z "$lent" ] || rm -f "$lent"
}

# compare_rows BACKUP DATABASE: every table must have as many rows as when the backup was made.
compare_rows() {
  local backup=$1 expected found differences
  expected=$(manifest "$backup" '.rowCounts // {} | tojson')
  found=$(sql "$2" <<< "$COUNT_ROWS" | counts_of) ||
    fail "the rows of the restored database could not be counted" "tables that can be read" "PostgreSQL's reason is above"
  differences=$(query restore/jq/row-differences.jq -nr --argjson expected "$expected" --argjson found "$found")
  if [ -n "$differences" ]; then
    printf 'rows:\n%s\n' "$differences" | printable >&2
    fail "the restored database is not what the manifest of $backup says" "the same number of rows in each table" "Choose another backup: emaintenance restore list"
  fi
  say "rows as in the manifest: $(jq -r '"\(length) tables, \(add // 0) rows"' <<< "$found")"
}
