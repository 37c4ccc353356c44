# shellcheck shell=bash
# The archive of the write-ahead log. Whoever reads or writes it reads this file, after common.sh, backup/sets.sh and
# backup/database.sh.
#
# A generation is what one replication slot has followed: within it nothing is missing. Its name is the time of its
# beginning, and the slot's after the prefix. In its folder:
#   wal/<segment>.gz, wal/<segment>       whole segments; compressed by and by
#   wal/<segment>.partial                 the one that is being written
#   base/base_<YYYYMMDD>_<HHMMSS>/        base.tar.zst or .gz: the files of the cluster, as pg_basebackup copies them
#                                         manifest.json: which log it needs, from when on it can be restored to

ARCHIVE=$(config '.pointInTime.folder // empty')
SLOT_PREFIX=$(config '.pointInTime.slotPrefix // empty')
STATE_FOLDER=$(config .status)/point-in-time
# shellcheck disable=SC2034 # for the scripts that read this file
readonly ARCHIVE SLOT_PREFIX STATE_FOLDER

# require_archive VERB: ends the script if the archive is disabled.
require_archive() {
  [ -n "$ARCHIVE" ] || cannot_look "$1: the archive of the write-ahead log is disabled" "the setting pointInTime" "See docs/point-in-time.md"
}

# Names of all generations, the oldest first.
generations() { find "$ARCHIVE" -mindepth 1 -maxdepth 1 -type d -regextype posix-extended -regex '.*/[0-9]{14}' -printf '%f\n' 2> /dev/null | sort; }

wal_folder() { printf '%s/%s/wal' "$ARCHIVE" "$1"; }
base_folder() { printf '%s/%s/base' "$ARCHIVE" "$1"; }

# All whole base backups as one array, the oldest first.
list_bases() {
  local generation file
  generations | while IFS= read -r generation; do
    for file in "$(base_folder "$generation")"/base_*/manifest.json; do
      [ -e "$file" ] || continue
      jq -c --arg base "$(basename "$(dirname "$file")")" --arg generation "$generation" \
        '. + {base: $base, generation: $generation}' "$file" 2> /dev/null || echo "$file cannot be read" >&2
    done
  done | jq -cs 'sort_by(.ended)'
}

# Whole and begun segments of a generation by their plain names, in order.
segments() {
  # shell-rules: allow a line that is no name of a segment is left out
  find "$(wal_folder "$1")" -maxdepth 1 -type f -printf '%f\n' | sed -nE 's/^([0-9A-F]{24})(\.gz|\.partial)?$/\1/p' | sort -u
}

# slot_state CONTAINER: {generation, active, status, behindBytes, pid} of the slot that is followed, or null.
slot_state() {
  local answer
  answer=$(ask_server "$1" "SELECT json_build_object('generation', substr(slot_name, length('$SLOT_PREFIX') + 1),
      'active', active, 'status', wal_status, 'behindBytes', pg_wal_lsn_diff(pg_current_wal_flush_lsn(), restart_lsn))
    FROM pg_replication_slots WHERE starts_with(slot_name, '$SLOT_PREFIX')
    ORDER BY coalesce(wal_status, 'lost') = 'lost', slot_name DESC LIMIT 1" 2>&1) || {
    last_line "$answer" >&2
    return 1
  }
  if ! query point-in-time/jq/slot.jq -c <<< "${answer:-null}" 2> /dev/null; then
    echo "PostgreSQL does not describe its replication slots as expected" >&2
    return 1
  fi
}

# ask_server CONTAINER SQL...: each statement by itself, as the server's superuser. Not in the name of a backup, whose sessions the next backup ends.
ask_server() {
  local container=$1 statement statements=()
  shift
  for statement in "$@"; do statements+=(-c "$statement"); done
  # shellcheck disable=SC2016 # for the shell in the container
  docker exec --env PGAPPNAME="$PROJECT-archive" --env PGOPTIONS="$SESSION_OPTIONS" "$container" sh -c '
    exec psql -XAtq -v ON_ERROR_STOP=1 -p "${PGPORT:-5432}" -U "${POSTGRES_USER:-postgres}" -d template1 "$@"' sh "${statements[@]}"
}

last_line() { tail -n 1 <<< "$1" | cut -c 1-300; }

# mark CONTAINER: writes a commit into the log, so that a time up to now can be restored to, and prints its place there.
mark() {
  local place
  place=$(ask_server "$1" "SELECT WHERE pg_logical_emit_message(true, 'archive', '') IS NULL" "SELECT pg_current_wal_flush_lsn()") || return 1
  is_place "$place" || { echo "PostgreSQL does not say up to where its log is written" >&2; return 1; }
  printf '%s' "$place"
}

# is_place TEXT: a place in the log, as PostgreSQL writes it; is_segment TEXT: the name of a segment of it.
is_place() { [[ $1 =~ ^[0-9A-F]{1,8}/[0-9A-F]{1,8}$ ]]; }
is_segment() { [[ $1 =~ ^[0-9A-F]{24}$ ]]; }

# await_archived CONTAINER PLACE SECONDS: until the archive has the log up to there, on its disk.
await_archived() {
  local place=$2 seconds=$3 end answer
  numbers seconds
  is_place "$place" || return 1
  end=$((SECONDS + seconds))
  while :; do
    answer=$(ask_server "$1" "SELECT coalesce(bool_or(restart_lsn >= '$place'), false) FROM pg_replication_slots
      WHERE starts_with(slot_name, '$SLOT_PREFIX') AND coalesce(wal_status, 'lost') <> 'lost'" 2> /dev/null) || answer=f
    [ "$answer" != t ] || return 0
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}
