# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # for the shell in the container; for the other parts
# What a full backup has of the database server in addition to the main database: roles, and other databases. What is here already
# stays as it is: the system's own user keeps the password that the deploy gave it.

# roles_file BACKUP: the statements about roles of the backup, one a line. A name or a setting may have a line break in it, and go on
# like another statement or like a command of psql's own: a line with a backslash is left out, and so is one whose quotes do
# not end with it.
roles_file() {
  local backup=$1
  awk '!/\\/ { line = $0; singles = gsub(/\047/, "", line); line = $0; doubles = gsub(/"/, "", line)
    if (singles % 2 == 0 && doubles % 2 == 0) print }' "$(backup_folder "$backup")/globals.sql"
}

# new_roles BACKUP: roles of the backup that are not here, quoted as SQL has them, one a line.
new_roles() {
  local backup=$1 known
  known=$(sql "$NEUTRAL" <<< 'SELECT quote_ident(rolname) FROM pg_roles') || return 1
  roles_file "$backup" | sed -nE 's/^CREATE ROLE ("([^"]|"")*"|[a-z_][a-z0-9_$]*);$/\1/p' | { grep -vxF "$known" || true; }
}

# other_databases BACKUP: databases of the backup, without the main one, that are not here: name and file, one a line.
other_databases() {
  local backup=$1 name file
  while IFS=$'\t' read -r name file; do
    [[ $file =~ $FILE_OF_BACKUP ]] || continue
    # One that @tsv had to write with a backslash could not be told from another.
    [[ $name != *\\* ]] || { say_remedy "the database $name of $backup is left out" "a name without a backslash, a tab or a line break" "Restore it by hand: $(backup_folder "$backup")/$file"; continue; }
    database_exists "$name" || printf '%s\t%s\n' "$name" "$file"
  done < <(manifest "$backup" '.postgres.databases[]? | select(.file) | [.name, .file] | @tsv')
}

check_cluster() {
  local backup=$1 file
  find_database
  [ -e "$(backup_folder "$backup")/globals.sql" ] || fail "$backup has no roles in it" "a backup full_..." "Choose another: emaintenance restore list"
  manifest "$backup" '.postgres.databases[]?.file | strings' | while IFS= read -r file; do [[ $file =~ $FILE_OF_BACKUP ]] || exit 1; done ||
    fail "the manifest of $backup names a file that no backup has" "plain names" "Choose another: emaintenance restore list"
  NEW_ROLES=$(new_roles "$backup") || fail "the roles of the server cannot be listed" "a server that answers" "The reason is above"
  # Names as they are, for the check of the database's owners.
  ROLES_TO_COME=$(tr -d '"' <<< "$NEW_ROLES" | paste -sd ,)
}

plan_cluster() {
  local backup=$1
  plan_line "creates the roles of $backup that are not here: $(lines_of "$NEW_ROLES" | paste -sd ' ' | sed 's/^$/none/'); those that are here keep their passwords"
  plan_line "creates its other databases that are not here: $(other_databases "$backup" | cut -f 1 | paste -sd ' ' | sed 's/^$/none/')"
}

prepare_cluster() {
  local backup=$1 name file
  record roles "$(jq -cnR '[inputs | select(. != "")]' <<< "$NEW_ROLES")"
  statements_of_new_roles "$backup" | sql "$NEUTRAL" || fail "the roles of $backup could not be created" "roles that this server takes" "PostgreSQL's reason is above"
  while IFS=$'\t' read -r name file; do
    record others "$(recorded others | jq -cnR --arg name "$name" '[inputs] + [$name]')"
    restore_other "$name" "$(backup_folder "$backup")/$file" ||
      fail "the database $name could not be restored" "a dump that restores without an error" "The reason is above"
    say "$name is restored"
  done < <(other_databases "$backup")
}

# restore_other NAME FILE
restore_other() {
  sql "$NEUTRAL" "name=$1" <<< 'CREATE DATABASE :"name" TEMPLATE template0' || return 1
  interruptible docker exec -i "$POSTGRES" \
    sh -c 'exec pg_restore --exit-on-error -p "${PGPORT:-5432}" -U "$POSTGRES_USER" -d "$0"' "$(connection_to "$1")" < "$2" || return 1
  hand_over "$1"
}

# statements_of_new_roles BACKUP: the password of a role is a digest there, and reaches psql by its standard input; the server
# logs none of it. Who has granted a membership is left out: in a backup from before the move to two roles it is a role that is
# no superuser here.
statements_of_new_roles() {
  local backup=$1 role
  echo "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic';"
  while IFS= read -r role; do
    roles_file "$backup" | ROLE=$role awk '
      BEGIN { role = ENVIRON["ROLE"] }
      index($0, "CREATE ROLE " role ";") == 1 || index($0, "ALTER ROLE " role " ") == 1 { print }'
  done < <(recorded roles)
  # Once all of them are there: one may be a member of another.
  while IFS= read -r role; do
    roles_file "$backup" | ROLE=$role awk '
      BEGIN { role = ENVIRON["ROLE"] }
      /^GRANT / { sub(/ GRANTED BY ("([^"]|"")*"|[a-z_][a-z0-9_$]*);$/, ";") }
      /^GRANT / && index($0, " TO " role " ") { print }
      /^GRANT / && index($0, " TO " role ";") { print }'
  done < <(recorded roles)
}

swap_cluster() { :; }

undo_cluster() {
  local name
  find_database
  while IFS= read -r name; do
    sql "$NEUTRAL" "name=$name" <<< 'DROP DATABASE IF EXISTS :"name" WITH (FORCE)' 2> /dev/null || return 1
  done < <(recorded others)
  while IFS= read -r name; do
    sql "$NEUTRAL" <<< "DROP ROLE IF EXISTS $name" 2> /dev/null || return 1
  done < <(recorded roles)
}

drop_cluster() { :; }
