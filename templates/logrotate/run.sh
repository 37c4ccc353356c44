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
readonly ARCHIVE=$LOGS/archive

# The logs that are due, one a line.
due() { find "$LOGS" -mindepth 2 -maxdepth 2 -type f -name '*.log' -size "+${SIZE_BYTES}c"; }

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
  for folder in "$LOGS"/*/; do
    folder=${folder%/}
    [ "$folder" != "$ARCHIVE" ] || continue
    install -d -o "$(stat --format %u "$folder")" -g "$(stat --format %g "$folder")" -m 0750 \
      "$ARCHIVE/$(basename "$folder")"
  done
}

# Removes the oldest of the files that come as lines "TIME BYTES PATH", until the rest is within the bound.
trim() {
  local bound=$1 total=0 bytes path
  sort --numeric-sort --reverse | while read -r _ bytes path; do
    total=$((total + bytes))
    [ "$total" -gt "$bound" ] || continue
    rm -f -- "$path"
    echo "removed $path: the newer files beside it already have $((bound / 1048576)) MiB"
  done
}

trim_folder() {
  # A file that no one has written to for an hour is an old one, whatever it is called.
  find "$1" -maxdepth 1 -type f \( -not -name '*.log' -o -mmin +60 \) -size +0 -printf '%T@ %s %p\n' | trim "$FOLDER_BYTES"
}

trim_archive() {
  [ -d "$ARCHIVE" ] || return 0
  find "$ARCHIVE" -type f -mtime "+$((ARCHIVE_DAYS - 1))" -print -delete | sed 's/^/archived long enough: /'
  find "$ARCHIVE" -type f -printf '%T@ %s %p\n' | trim "$ARCHIVE_BYTES"
}

install -d -m 0755 "$MEMORY"
logs=$(due)
failed=
if [ -n "$logs" ]; then
  [ "$ARCHIVE_DAYS" -eq 0 ] || make_archive
  for configuration in "$scripts"/logrotate-*.conf; do
    rotate "$configuration" || failed=yes
  done
fi
for folder in "$LOGS"/*/; do
  [ "${folder%/}" = "$ARCHIVE" ] || trim_folder "${folder%/}"
done
[ "$ARCHIVE_DAYS" -eq 0 ] || trim_archive

if [ -n "$failed" ]; then
  echo "logrotate failed, for the reason above"
  exit 1
fi
[ -z "$logs" ] || echo "rotated ${logs//$'\n'/, }"
