#!/usr/bin/env bash
# Raises an alert before a disk of the system is full, and when uploaded files take more room than they were given: PostgreSQL
# stops where it cannot write. What counts is the room that is taken, never the size that a file claims.
set -euo pipefail

: "${DISKS:?folders whose file systems are looked at}"
: "${WARNING_PERCENT:?percent of a disk from which on there is a warning}"
: "${ERROR_PERCENT:?percent of a disk from which on it is an error}"
: "${UPLOADS:?folders of uploaded files}"
: "${UPLOADS_BYTES:=0}"
: "${MEMORY:=/var/lib/emaintenance/room}"

here=$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")
scripts=$(dirname "$(dirname "$here")")
: "${STATUS:=${scripts%/deploy/Server/scripts}/status}"
# shellcheck source=/dev/null
. "$scripts/lib/records.sh"
# shellcheck source=/dev/null
. "$here/untrusted.sh"
numbers WARNING_PERCENT ERROR_PERCENT UPLOADS_BYTES

# A disk that is this many points below the threshold has room again: one at the very threshold would alert at every look.
readonly RELIEF_POINTS=2
# Counting millions of files may take a while; it gives way to everything else.
readonly COUNT_SECONDS=600

declare -A looked_at=()
said=()

# memory_of SOURCE: the file of an open alert: its severity, and in the second line its source.
memory_of() { printf '%s/%s' "$MEMORY" "${1//\//-}"; }

# severity_before SOURCE: "" if no alert is open.
severity_before() { head -n 1 -- "$(memory_of "$1")" 2> /dev/null || true; }

# judge SOURCE SEVERITY MESSAGE: an alert when the severity is another one than at the last look; "" is no trouble.
judge() {
  local source=$1 severity=$2 message=$3 file
  file=$(memory_of "$source")
  looked_at[$file]=1
  if [ "$severity" != "$(severity_before "$source")" ]; then
    raise_alert "${severity:-info}" "room/$source" "$message"
    if [ -n "$severity" ]; then printf '%s\n' "$severity" "$source" > "$file"; else rm -f -- "$file"; fi
  fi
  [ -z "$severity" ] || said+=("$message")
}

# severity_of PERCENT BEFORE: "", warning or error.
severity_of() {
  local percent=$1 warning=$WARNING_PERCENT
  numbers percent
  [ -z "$2" ] || warning=$((WARNING_PERCENT - RELIEF_POINTS))
  if [ "$percent" -ge "$ERROR_PERCENT" ]; then
    echo error
  elif [ "$percent" -ge "$warning" ]; then
    echo warning
  fi
}

look_at_disk() {
  local mount=$1 percent inodes severity
  read -r percent inodes < <(df --output=pcent,ipcent -- "$mount" | tail -n 1 | tr -d '%')
  [ "$inodes" != - ] || inodes=0
  numbers percent inodes
  severity=$(severity_of "$((percent > inodes ? percent : inodes))" "$(severity_before "disk$mount")")
  if [ -z "$severity" ]; then
    judge "disk$mount" "" "the disk of $mount has room again: $percent % of it are full, and $inodes % of its inodes are used"
  else
    judge "disk$mount" "$severity" "the disk of $mount is $percent % full, and $inodes % of its inodes are used. Expected less than $WARNING_PERCENT %. Make room, beginning with: docker system df; sudo du -xh $mount | sort -h | tail"
  fi
}

look_at_uploads() {
  local folder=$1 bytes words
  [ -d "$folder" ] || return 0
  # A file that goes in between does not matter, and makes du fail.
  bytes=$(timeout $COUNT_SECONDS nice -n 19 ionice -c 3 du --summarize --block-size=1 -- "$folder" 2> /dev/null | cut -f 1) || true
  [ -n "$bytes" ] || return 0
  numbers bytes
  words="the files in $folder take $((bytes / 1048576)) MiB"
  if [ "$bytes" -gt "$UPLOADS_BYTES" ]; then
    judge "uploads/${folder##*/}" warning "$words. Expected at most $((UPLOADS_BYTES / 1048576)) MiB (host.room.uploadsGiB). Look at what is there, or raise it"
  else
    judge "uploads/${folder##*/}" "" "$words again, which is what they were given"
  fi
}

install -d -m 0755 "$MEMORY"
# shellcheck disable=SC2086 # folders of this system, without blanks
mapfile -t mounts < <(df --output=target -- $DISKS 2> /dev/null | tail -n +2 | sort -u)
for mount in "${mounts[@]}"; do look_at_disk "$mount"; done
if [ "$UPLOADS_BYTES" -gt 0 ]; then
  for folder in $UPLOADS; do look_at_uploads "$folder"; done
fi

# An alert about what is looked at no more is over.
for file in "$MEMORY"/*; do
  if [ -n "${looked_at[$file]-}" ] || [ ! -e "$file" ]; then continue; fi
  raise_alert info "room/$(sed -n 2p "$file")" "this is looked at no more"
  rm -f -- "$file"
done
[ ${#said[@]} -eq 0 ] || printf '%s\n' "${said[0]}"
