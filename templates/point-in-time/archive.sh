#!/bin/sh
# Runs in a container of the database's own image: copies the write-ahead log to the archive as the server writes it. It
# reaches the server by its socket, which needs no password.
#
# A replication slot makes the server keep what is not archived yet. Slot and folder have one name: a cluster whose slot is
# gone, because it was restored or because the archive stood still for too long, begins a new generation of the archive.
set -eu

: "${ARCHIVE:?folder of the archive}"
: "${SLOT_PREFIX:?what the names of the slots of this system begin with}"
readonly ANSWER_SECONDS=60
export PGAPPNAME="${SLOT_PREFIX}receiver" PGDATABASE=template1

# The services' own login may have other functions and tables in its search path.
sql() { PGOPTIONS='-c search_path=pg_catalog,pg_temp' psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set prefix="$SLOT_PREFIX" "$@"; }

# Until the server answers. What does not happen in time is tried again by a new start of this container.
await_server() {
  tries=0
  until pg_isready --quiet; do
    tries=$((tries + 1))
    [ "$tries" -lt "$ANSWER_SECONDS" ] || { echo "no server within $ANSWER_SECONDS s" && exit 1; }
    sleep 1
  done
}

# The slot that can still be followed, where its folder is here too.
usable_slot() {
  slot=$(sql << 'SQL'
SELECT slot_name FROM pg_replication_slots
WHERE starts_with(slot_name, :'prefix') AND coalesce(wal_status, 'lost') <> 'lost' ORDER BY slot_name DESC LIMIT 1
SQL
  )
  case ${slot#"$SLOT_PREFIX"} in *[!0-9]*) return 0 ;; esac
  if [ -n "$slot" ] && [ -d "$ARCHIVE/${slot#"$SLOT_PREFIX"}/wal" ]; then echo "$slot"; fi
}

begin_generation() {
  generation=$(date -u +%Y%m%d%H%M%S)
  mkdir -p "$ARCHIVE/$generation/wal" "$ARCHIVE/$generation/base"
  # A restore reads it as the server's user; the folder around it is root's alone.
  chmod 0755 "$ARCHIVE/$generation/wal"
  sync
  sql --set slot="$SLOT_PREFIX$generation" > /dev/null << 'SQL'
SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE starts_with(slot_name, :'prefix') AND NOT active;
SELECT pg_create_physical_replication_slot(:'slot', true);
SQL
  echo "the archive begins again: generation $generation" >&2
  echo "$SLOT_PREFIX$generation"
}

chmod 0700 "$ARCHIVE"
await_server
slot=$(usable_slot)
[ -n "$slot" ] || slot=$(begin_generation)

# When the connection ends, so does this container, and Docker starts it again: then the slot is looked at again.
exec pg_receivewal --directory="$ARCHIVE/${slot#"$SLOT_PREFIX"}/wal" --slot="$slot" --synchronous --no-loop --no-password
