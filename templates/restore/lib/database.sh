# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # for the shell and for psql in the container; variables of restore.sh
# The database of a set: restored into a new one beside the present one, compared, and put in its place in one step.

# sql DATABASE [NAME=VALUE...]: runs what comes in; values are :'NAME' and :"NAME" there.
sql() {
  local database=$1 value variables=()
  shift
  for value in "$@"; do variables+=(-v "$value"); done
  docker exec -i --env PGOPTIONS="$SESSION_OPTIONS" "$POSTGRES" \
    sh -c 'exec psql -XAtq -v ON_ERROR_STOP=1 -p "${PGPORT:-5432}" -U "$POSTGRES_USER" -d "$@"' \
    psql "$(connection_to "$database")" "${variables[@]}"
}

# From here, no other database is in use while it gets another name.
readonly NEUTRAL=template1

# Where the volume of the database is in its container.
readonly MOUNT=/var/lib/postgresql/data

database_exists() { [ "$(sql "$NEUTRAL" "name=$1" <<< "SELECT 1 FROM pg_database WHERE datname = :'name'")" = 1 ]; }

# The dump in the set: of pg_dump's own format, or SQL.
dump_file() { set_file "$SET" database.dump || set_file "$SET" database.sql; }

is_plain() { [[ $1 != *.dump ]]; }

# Sets POSTGRES, the container, and DATABASE, the name.
find_database() {
  POSTGRES=$(container_of postgres) || fail "there is no database server to restore into" "a running container" \
    "Try: emaintenance restart postgres; where it is missing, deploy again"
  DATABASE=$(main_database "$POSTGRES")
  sql "$NEUTRAL" <<< 'SELECT 1' > /dev/null 2>&1 ||
    fail "$POSTGRES takes no connections" "a database server that answers" "Look at: emaintenance logs postgres --since 10m"
}

check_database() {
  local dump list server dumped missing
  find_database
  dump=$(dump_file) || fail "$SET has no database in it" "a set db_... or full_..." "Choose another: emaintenance restore list"
  server=$(server_major)
  dumped=$(manifest "$SET" '.postgres.major // 0')
  numbers server dumped
  [ "$dumped" -le "$server" ] ||
    fail "$SET is of PostgreSQL $dumped, and this server is $server" "a server of version $dumped or later" "Deploy that version, or choose an older set"
  if ! is_plain "$dump"; then
    list=$(docker exec -i "$POSTGRES" pg_restore --list < "$dump" 2>&1) ||
      fail "the dump of $SET cannot be read by this server: $(last_words <<< "$list")" "a dump of PostgreSQL $server or older" "Choose another set: emaintenance restore list"
    missing=$(missing_extensions "$list")
    [ -z "$missing" ] || fail "the server does not have these extensions of $SET: $missing" "the image with which the set was made" \
      "Set IMAGES.postgres to one that has them, and deploy"
    missing=$(missing_roles "$list")
    [ -z "$missing" ] || [ -n "$NO_OWNER" ] || fail "what is in $SET belongs to roles that are not here: $missing" "the same roles" \
      "Create them, or restore a full set, which brings its roles, or use --no-owner: all belongs to the role of the services then"
  fi
  check_room
}

server_major() { sql "$NEUTRAL" <<< "SELECT current_setting('server_version_num')::int / 10000"; }

# Extensions in the list of a dump that the server could not create, on one line.
missing_extensions() {
  local wanted
  wanted=$(sed -n 's/^[0-9][0-9]*; [0-9]* [0-9]* EXTENSION - \([^ ]*\) .*/\1/p' <<< "$1" | paste -sd ,)
  sql "$NEUTRAL" "wanted=$wanted" <<< "SELECT string_agg(one, ' ') FROM unnest(string_to_array(:'wanted', ',')) one
    WHERE one NOT IN (SELECT name FROM pg_available_extensions)"
}

# Owners in the list of a dump that are no roles here, nor will be, on one line.
missing_roles() {
  local wanted
  wanted=$(sed -n 's/^[0-9][0-9]*; [0-9]* [0-9]* .* \([^ ]\{1,\}\)$/\1/p' <<< "$1" | sort -u | paste -sd ,)
  sql "$NEUTRAL" "wanted=$wanted" "coming=${ROLES_TO_COME-}" <<< "SELECT string_agg(one, ' ') FROM unnest(string_to_array(:'wanted', ',')) one
    WHERE one NOT IN (SELECT rolname FROM pg_roles) AND one <> ALL (string_to_array(:'coming', ','))"
}

# The present database stays until the end, so the restored one needs room beside it.
check_room() {
  local needed free
  needed=$(manifest "$SET" '.postgres.bytes // 0')
  free=$(docker exec "$POSTGRES" sh -c 'df -Pk "$PGDATA"' | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')
  numbers needed free
  [ "$free" -ge "$needed" ] || fail "$(in_mib "$free") are free where the database is" \
    "$(in_mib "$needed") for the restored one, beside the present one" "Make room; see: emaintenance status"
}

in_mib() {
  local bytes=$1
  numbers bytes
  echo "$(((bytes + 1048575) / 1048576)) MiB"
}

plan_database() {
  plan_line "restores the database $DATABASE of $SET into a new one beside the present one, and compares its rows with the manifest"
  plan_line "puts it in the place of the present one, which is kept until all services are well again"
}

rescue_database() {
  if ! database_exists "$DATABASE"; then
    say "no safety dump: there is no database $DATABASE to save"
    return
  fi
  if [ -n "$WITHOUT_SAFETY_DUMP" ]; then
    say "no safety dump, as asked for"
    return
  fi
  say "safety dump of the present database"
  interruptible "$scripts/verbs/backup" database --reason before-restore || fail "the safety dump failed (above)" "a copy of the present database before it is replaced" \
    "Mend its cause, or, where the present database is worth nothing, use --without-safety-dump"
}

prepare_database() {
  local temporary
  temporary=${DATABASE:0:40}_restore_$(date -u +%Y%m%d%H%M%S)
  record temporary "$(text_json "$temporary")"
  say "restoring into $temporary"
  create_database "$temporary"
  load_dump "$temporary"
  hand_over "$temporary"
  compare_rows "$temporary"
  # Without this, the first queries would be planned without knowing the tables.
  sql "$temporary" <<< 'ANALYZE' || fail "the restored database could not be analysed" "a database that can be read" "PostgreSQL's reason is above"
}

# What a dump says of the database itself: locale, owner, settings, rights. A line with a backslash is left out: a value with
# a line break would make a command of psql's own of it, and the database's login writes these values.
database_properties() {
  ! is_plain "$(dump_file)" || return 0
  docker exec -i "$POSTGRES" pg_restore --create --schema-only --file=- < "$(dump_file)" | grep -v '[\\]' |
    sed -nE 's/^(CREATE DATABASE|ALTER DATABASE|COMMENT ON DATABASE|(GRANT|REVOKE) .* ON DATABASE) ("[^"]*"|[^ ;]+)/\1 :"name"/p'
}

create_database() {
  local properties answer
  properties=$(database_properties)
  if ! answer=$(grep '^CREATE ' <<< "$properties" | sql "$NEUTRAL" "name=$1" 2>&1); then
    # A dump as SQL does not say it, and another image has other locales.
    [ -z "$answer" ] || say "as in the dump it cannot be created (${answer##*: }): with the locale of this server instead"
    sql "$NEUTRAL" "name=$1" <<< 'CREATE DATABASE :"name" TEMPLATE template0 ENCODING UTF8' ||
      fail "$1 cannot be created" "a server that creates a database" "PostgreSQL's reason is above"
  fi
  [ -n "$NO_OWNER" ] || { grep -v '^CREATE ' <<< "$properties" || true; } | sql "$NEUTRAL" "name=$1" ||
    fail "$1 cannot be given the owner and settings of the dump" "the roles that it names" "Create them, or use --no-owner"
}

# load_dump DATABASE
load_dump() {
  local began=$SECONDS log jobs=1 inside='' dump
  log=$(mktemp)
  dump=$(dump_file)
  if is_plain "$dump"; then
    interruptible bash -o pipefail -c 'unpacked "$0" | docker exec -i "$1" sh -c "exec psql -Xq -v ON_ERROR_STOP=1 --single-transaction -p \"\${PGPORT:-5432}\" -U \"\$POSTGRES_USER\" -d \"\$0\"" "$2"' \
      "$dump" "$POSTGRES" "$(connection_to "$1")" > "$log" 2>&1 || not_loaded "$1" "$log"
  else
    jobs=$(restore_jobs)
    [ "$jobs" = 1 ] || inside=$(lend_dump) || jobs=1
    local options=(--exit-on-error)
    [ -z "$NO_OWNER" ] || options+=(--no-owner --no-privileges)
    [ -z "$inside" ] || options+=(--jobs "$jobs" "$inside")
    if entries_list "$dump" without; then options+=(--use-list "$ENTRIES"); fi
    restore_entries "$1" "$dump" "$log" "${options[@]}" || not_loaded "$1" "$log"
    take_dump_back
    if entries_list "$dump" only; then
      restore_entries "$1" "$dump" "$log" --exit-on-error --no-owner --use-list "$ENTRIES" || not_loaded "$1" "$log"
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

# entries_list DUMP without | only: of a set from before the services' role was no superuser, what only a superuser may own (an
# event trigger, a publication of all tables) names that role as its owner: it is restored last, without its owner. Writes the list of all
# other entries, or of these only; fails where there are none of them.
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

# Several jobs need a file that they can seek in. A hard link into the data's folder is one, and takes no room; without a
# folder of the host, or on another file system, there is none.
lend_dump() {
  local folder lent
  folder=$(host_folder "$POSTGRES" "$MOUNT") || return 1
  lent=$folder/.restore-$SET.dump
  record lent "$(text_json "$lent")"
  # The folder is the server's: what lies there under this name may be a folder, or a link to one.
  ln -fT "$(dump_file)" "$lent" 2> /dev/null || return 1
  printf '%s/%s' "$MOUNT" "$(basename "$lent")"
}

take_dump_back() {
  local lent
  lent=$(recorded lent)
  [ -z "$lent" ] || rm -f "$lent"
}

# compare_rows DATABASE: every table must have as many rows as when the set was made.
compare_rows() {
  local expected found differences
  expected=$(manifest "$SET" '.rowCounts // {} | tojson')
  found=$(sql "$1" <<< "$COUNT_ROWS" | counts_of) ||
    fail "the rows of the restored database could not be counted" "tables that can be read" "PostgreSQL's reason is above"
  differences=$(query restore/jq/row-differences.jq -nr --argjson expected "$expected" --argjson found "$found")
  if [ -n "$differences" ]; then
    printf 'rows:\n%s\n' "$differences" | printable >&2
    fail "the restored database is not what the manifest of $SET says" "the same number of rows in each table" "Choose another set: emaintenance restore list"
  fi
  say "rows as in the manifest: $(jq -r '"\(length) tables, \(add // 0) rows"' <<< "$found")"
}

# All sessions of a database end, and both names change in one transaction: nobody sees it half done. Somebody may connect
# in between, so it is tried a few times.
swap_database() {
  local temporary previous try answer
  temporary=$(recorded temporary)
  previous=${DATABASE:0:40}_before_$(date -u +%Y%m%d%H%M%S)
  if database_exists "$DATABASE"; then record previous "$(text_json "$previous")"; fi
  record swapping true
  for try in $(seq 20); do
    if answer=$(exchange "$temporary" "$(recorded previous)" 2>&1); then
      say "$DATABASE is the restored one"
      return
    fi
    sleep 0.5
  done
  fail "$DATABASE could not be replaced after $try tries: $(last_words <<< "$answer")" "no other session in it" "End what still uses it"
}

# exchange NEW OLD: NEW gets the database's name, and the one that has it the name OLD, if there is one.
exchange() {
  sql "$NEUTRAL" "database=$DATABASE" "new=$1" "old=$2" <<< "
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN (:'database', :'new') AND pid <> pg_backend_pid();
    BEGIN;
    ${2:+ALTER DATABASE :\"database\" RENAME TO :\"old\";}
    ALTER DATABASE :\"new\" RENAME TO :\"database\";
    COMMIT;" > /dev/null
}

# What happened is read off the databases that are there, not off how far the restore seems to have come.
undo_database() {
  local temporary previous
  find_database
  temporary=$(recorded temporary)
  previous=$(recorded previous)
  take_dump_back
  [ -n "$temporary" ] || return 0
  if [ -n "$previous" ] && database_exists "$previous"; then
    retried take_back "$temporary" "$previous" || return 1
  elif [ -z "$previous" ] && [ "$(recorded swapping)" = true ] && ! database_exists "$temporary" && database_exists "$DATABASE"; then
    retried take_back "$temporary" "" || return 1
  fi
  sql "$NEUTRAL" "name=$temporary" <<< 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' 2> /dev/null
}

# take_back TEMPORARY PREVIOUS
take_back() {
  sql "$NEUTRAL" "database=$DATABASE" "temporary=$1" "previous=$2" <<< "
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname IN (:'database', :'previous') AND pid <> pg_backend_pid();
    BEGIN;
    ALTER DATABASE :\"database\" RENAME TO :\"temporary\";
    ${2:+ALTER DATABASE :\"previous\" RENAME TO :\"database\";}
    COMMIT;" > /dev/null
}

# retried COMMAND...: until it works, for ten seconds.
retried() {
  local try
  for try in $(seq 20); do
    if "$@" 2> /dev/null; then return; fi
    sleep 0.5
  done
  "$@" || { say "given up after $try tries"; return 1; }
}

drop_database() {
  local previous
  find_database
  previous=$(recorded previous)
  [ -z "$previous" ] || sql "$NEUTRAL" "name=$previous" <<< 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' 2> /dev/null
}
