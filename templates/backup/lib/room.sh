# shellcheck shell=bash
# Room on the disk of the backups.

free_bytes() { df --output=avail --block-size=1 "$1" | tail -n 1 | tr -d ' '; }

# used_bytes FOLDER...: what these folders hold, below the root of the system.
used_bytes() { (cd "$(config .root)" && du --summarize --bytes --total "$@" | tail -n 1 | cut -f 1); }

# expected_bytes KIND MOST: what a set of this kind will take. Half as much again as the last one of it; without one, MOST,
# all that it is made of.
expected_bytes() {
  local last
  last=$(list_sets | jq -r --arg kind "$1" 'map(select(.kind == $kind and .broken == null)) | .[0].bytes // empty')
  if [ -n "$last" ] && [ $((last * 3 / 2)) -lt "$2" ]; then echo $((last * 3 / 2)); else echo "$2"; fi
}

in_mib() { echo "$((($1 + 1048575) / 1048576)) MiB"; }

# require_room BYTES: so much, and beyond that what must stay free for the system itself.
require_room() {
  local free least
  free=$(free_bytes "$BACKUPS")
  least=$(($(config '.backup.leastFreeMiB') * 1048576))
  if [ "$free" -lt $(($1 + least)) ]; then
    echo "too little room in $BACKUPS: $(in_mib "$free") are free. Expected $(in_mib "$1") for this set and $(in_mib "$least") to spare. Make room, or keep sets for fewer days"
    return 1
  fi
  # What a set may grow to, should it turn out larger: the disk may be the database's too.
  ulimit -f $(((free - least) / 1024))
}
