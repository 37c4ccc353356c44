# shellcheck shell=bash
# Room on the disk of the backups.

free_bytes() { df --output=avail --block-size=1 -- "$1" | tail -n 1 | tr -d ' '; }

# used_bytes FOLDER...: the room that these folders take, below the root of the system. A file with holes takes less than it
# claims: its size is whatever its owner says.
used_bytes() { (cd "$(config .root)" && { du --summarize --block-size=1 --total -- "$@" 2> /dev/null || true; } | tail -n 1 | cut -f 1); }

# expected_bytes KIND MOST: what a backup of this kind will take. Half as much again as the last one of it; without one, MOST,
# all that it is made of.
expected_bytes() {
  local last most=$2
  numbers most
  last=$(list_backups | jq -r --arg kind "$1" 'map(select(.kind == $kind and .broken == null)) | .[0].bytes // empty')
  [ -z "$last" ] || numbers last
  if [ -n "$last" ] && [ $((last * 3 / 2)) -lt "$most" ]; then echo $((last * 3 / 2)); else echo "$most"; fi
}

in_mib() {
  local bytes=$1
  numbers bytes
  echo "$(((bytes + 1048575) / 1048576)) MiB"
}

# require_room BYTES: so much, and beyond that what must stay free for the system itself.
require_room() {
  local free least need=$1
  free=$(free_bytes "$BACKUPS")
  least=$(config '.backup.leastFreeMiB')
  numbers free least need
  least=$((least * 1048576))
  if [ "$free" -lt $((need + least)) ]; then
    echo "too little room in $BACKUPS: $(in_mib "$free") are free. Expected $(in_mib "$need") for this backup and $(in_mib "$least") to spare. Make room, or keep backups for fewer days"
    return 1
  fi
  # What a backup may grow to, should it turn out larger: the disk may be the database's too.
  ulimit -f $(((free - least) / 1024))
}
