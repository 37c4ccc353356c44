#!/usr/bin/env bash
# Rotates the log files that have grown, and sees to it that what is kept stays within its bound.
set -euo pipefail

: "${LOGS:?folder with one folder of log files for each service}"
: "${SIZE_BYTES:?size above which a log file is rotated}"
: "${FOLDER_BYTES:?bound of what is kept of the rotated files of one folder}"
: "${ARCHIVE_DAYS:?days that a file stays in the archive; 0 where there is none}"
: "${ARCHIVE_BYTES:?bound of the archive; 0 where there is none}"
: "${MEMORY:=/var/lib/emaintenance/log-rotation}"

scripts=$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/untrusted.sh"
readonly ARCHIVE=$LOGS/archive
# Names and sizes are the services' own. Bytes are compared, whatever encoding a name claims to be in.
export LC_ALL=C
numbers SIZE_BYTES FOLDER_BYTES ARCHIVE_DAYS ARCHIVE_BYTES

# as_owner FOLDER COMMAND...: in a folder of a service root is not needed, and could be tricked: by a link that takes the
# place of a folder between two looks at it.
as_owner() {
  local folder=$1 owner group as=()
  shift
  owner=$(stat --format %u -- "$folder") || return 0
  group=$(stat --format %g -- "$folder") || return 0
  [ "$owner" = "$(id -u)" ] || as=(setpriv --reuid "$owner" --regid "$group" --clear-groups)
  "${as[@]}" "$@"
}

# Folders of logs, but for the archive: each belongs to whoever writes there, the folder around them does not.
log_folders() { find "$LOGS" -mindepth 1 -maxdepth 1 -type d ! -path "$ARCHIVE" -print0; }

# A log with a hole claims to be larger than the room that it takes; copied, it would keep the rotation busy for hours.
empty_hollow() {
  local record blocks apparent path
  while IFS= read -r -d '' record; do
    apparent=${record%% *} record=${record#* }
    blocks=${record%% *} path=${record#* }
    numbers apparent blocks
    # A file system that compresses stores a log in less room too, but not in a hundredth of it.
    if [ "$apparent" -le "$FOLDER_BYTES" ] || [ $((blocks * 512)) -ge $((apparent / 100)) ]; then continue; fi
    as_owner "$1" truncate --no-create --size 0 -- "$path" || continue
    echo "emptied $(shown "$path"): it has holes, $apparent bytes by its size and $((blocks * 512)) on the disk"
  done < <(find "$1" -maxdepth 1 -type f -name '*.log' -printf '%s %b %p\0')
}

# The logs that are due, each ended by a NUL.
due() { find "$LOGS" -mindepth 2 -maxdepth 2 -type f -name '*.log' -size "+${SIZE_BYTES}c" -print0; }

# Whoever may write into a folder could lay a link there to trick root. So logrotate works as the owner of the logs, which
# is in the name of its configuration. (Its own directive "su" does not know users by number.)
rotate() {
  local configuration=$1 owner as_owner=()
  owner=${configuration##*-}
  owner=${owner%.conf}
  [ "$owner" = root ] || as_owner=(setpriv --reuid "$owner" --regid "$owner" --clear-groups)
  install -d -o "$owner" -g "$owner" -m 0755 "$MEMORY/$owner"
  "${as_owner[@]}" logrotate --state "$MEMORY/$owner/state" "$configuration"
}

# The archived files belong to the owner of the logs too.
make_archive() {
  local folder
  while IFS= read -r -d '' folder; do
    install -d -o "$(stat --format %u -- "$folder")" -g "$(stat --format %g -- "$folder")" -m 0750 \
      "$ARCHIVE/${folder##*/}"
  done < <(log_folders)
}

# trim BOUND: removes the oldest of the files that come as "TIME BLOCKS PATH", each ended by a NUL, until the rest is within
# the bound. A file counts with the room that it takes on the disk.
trim() {
  local bound=$1 total=0 record blocks path
  numbers bound
  sort --zero-terminated --numeric-sort --reverse | while IFS= read -r -d '' record; do
    record=${record#* }
    blocks=${record%% *} path=${record#* }
    numbers blocks
    total=$((total + blocks * 512))
    [ "$total" -gt "$bound" ] || continue
    as_owner "${path%/*}" rm -f -- "$path" || continue
    echo "removed $(shown "$path"): the newer files next to it already have $((bound / 1048576)) MiB"
  done
}

trim_folder() {
  # A file that no one has written to for an hour is an old one, whatever it is called.
  find "$1" -maxdepth 1 -type f \( -not -name '*.log' -o -mmin +60 \) -size +0 -printf '%T@ %b %p\0' | trim "$FOLDER_BYTES"
}

# archived TEST...: files of the archive, in the folders that make_archive has made. Whatever is deeper was not put there.
# shell-rules: allow each caller says how names end, with a NUL
archived() { find "$ARCHIVE" -mindepth 2 -maxdepth 2 -type f "$@"; }

trim_archive() {
  local path
  [ -d "$ARCHIVE" ] || return 0
  while IFS= read -r -d '' path; do
    as_owner "${path%/*}" rm -f -- "$path" || continue
    echo "archived long enough: $(shown "$path")"
  done < <(archived -mtime "+$((ARCHIVE_DAYS - 1))" -print0)
  archived -printf '%T@ %b %p\0' | trim "$ARCHIVE_BYTES"
}

install -d -m 0755 "$MEMORY"
mapfile -d '' -t folders < <(log_folders)
for folder in "${folders[@]}"; do empty_hollow "$folder"; done
mapfile -d '' -t logs < <(due)
failed=
if [ ${#logs[@]} -gt 0 ]; then
  [ "$ARCHIVE_DAYS" -eq 0 ] || make_archive
  for configuration in "$scripts"/logrotate-*.conf; do
    rotate "$configuration" || failed=yes
  done
fi
for folder in "${folders[@]}"; do trim_folder "$folder"; done
[ "$ARCHIVE_DAYS" -eq 0 ] || trim_archive

if [ -n "$failed" ]; then
  echo "logrotate failed, for the reason above"
  exit 1
fi
if [ ${#logs[@]} -gt 0 ]; then
  names=
  for log in "${logs[@]}"; do names+=", $(shown "$log")"; done
  echo "rotated ${names#, }"
fi
