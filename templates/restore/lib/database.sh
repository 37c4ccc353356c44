# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # for the shell and for psql in the container; variables of restore.sh
# The database of a backup: restored into a new one next to the present one, compared, and put in its place in one step.

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

database_exists() { [ "$(sql "$NEUTRAL" "name=$1" <<< "SELECT 1 FROM pg_database WHERE datname = :'name'")" = 1 ]; }

# dump_file BACKUP: the dump in it, of pg_dump's own format, or SQL.
dump_file() { backup_file "$1" database.dump || backup_file "$1" database.sql; }

is_plain() { [[ $1 != *.dump ]]; }

# Sets POSTGRES, the container, and DATABASE, the name.
find_database() {
  POSTGRES=$(container_of postgres) || fail "there is no database server to restore into" "a running container" \
    "Try: emaintenance restart postgres; if it is missing, deploy again"
  DATABASE=$(main_database "$POSTGRES")
  sql "$NEUTRAL" <<< 'SELECT 1' > /dev/null 2>&1 ||
    fail "$POSTGRES takes no connections" "a database server that answers" "Look at: emaintenance logs postgres --since 10m"
}

check_database() {
  local backup=$1 dump list server dumped missing
  find_database
  dump=$(dump_file "$backup") || fail "$backup has no database in it" "a backup db_... or full_..." "Choose another: emaintenance restore list"
  server=$(server_major)
  dumped=$(manifest "$backup" '.postgres.major // 0')
  numbers server dumped
  [ "$dumped" -le "$server" ] ||
    fail "$backup is of PostgreSQL $dumped, and this server is $server" "a server of version $dumped or later" "Deploy that version, or choose an older backup"
  if ! is_plain "$dump"; then
    list=$(docker exec -i "$POSTGRES" pg_restore --list < "$dump" 2>&1) ||
      fail "the dump of $backup cannot be read by this server: $(last_words <<< "$list")" "a dump of PostgreSQL $server or older" "Choose another backup: emaintenance restore list"
    missing=$(missing_extensions "$list")
    [ -z "$missing" ] || fail "the server does not have these extensions of $backup: $missing" "the image with which the backup was made" \
      "Set IMAGES.postgres to one that has them, and deploy"
    missing=$(missing_roles "$list")
    [ -z "$missing" ] || [ -n "$NO_OWNER" ] || fail "what is in $backup belongs to roles that are not here: $missing" "the same roles" \
      "Create them, or restore a full backup, which brings its roles, or use --no-owner: all belongs to the role of the services then"
  fi
  check_room "$backup"
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

# check_room BACKUP: the present database stays until the end, so the restored one needs room in addition.
check_room() {
  local backup=$1 needed free
  needed=$(manifest "$backup" '.postgres.bytes // 0')
  free=$(docker exec "$POSTGRES" sh -c 'df -Pk "$PGDATA"' | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')
  numbers needed free
  [ "$free" -ge "$needed" ] || fail "$(in_mib "$free") are free where the database is" \
    "$(in_mib "$needed") for the restored one, in addition to the present one" "Make room; see: emaintenance status"
}

in_mib() {
  local bytes=$1
  numbers bytes
  echo "$(((bytes + 1048575) / 1048576)) MiB"
}

plan_database() {
  local backup=$1
  plan_line "restores the database $DATABASE of $backup into a new one next to the present one, and compares its rows with the manifest"
  plan_line "puts it in the place of the present one, which is kept until all services are well again"
}

rescue_database() {
  if ! database_exists "$DATABASE"; then
    say "no pre-restore backup: there is no database $DATABASE to save"
    return
  fi
  if [ -n "$WITHOUT_BACKUP" ]; then
    say "no pre-restore backup, as asked for"
    return
  fi
  say "making a pre-restore backup of the present database"
  interruptible "$scripts/verbs/backup" database --reason before-restore || fail "the pre-restore backup failed (above)" "a copy of the present database before it is replaced" \
    "Fix its cause, or, if the present database is worth nothing, use --without-safety-dump"
}

prepare_database() {
  local backup=$1 temporary
  temporary=${DATABASE:0:40}_restore_$(date -u +%Y%m%d%H%M%S)
  record temporary "$(text_json "$temporary")"
  say "restoring into $temporary"
  create_database "$backup" "$temporary"
  load_dump "$backup" "$temporary"
  hand_over "$temporary"
  compare_rows "$backup" "$temporary"
  # Without this, the first queries would be planned without knowing the tables.
  sql "$temporary" <<< 'ANALYZE' || fail "the restored database could not be analysed" "a database that can be read" "PostgreSQL's reason is above"
}

# All sessions of a database end, and both names change in one transaction: nobody sees it half done. A client may connect
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
