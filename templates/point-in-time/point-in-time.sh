#!/usr/bin/env bash
# summary: shows to which times the database can be restored, and whether the archive of its log keeps up
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"
# shellcheck source=/dev/null
. "$scripts/lib/table.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance point-in-time [--json]
       emaintenance point-in-time base

Looks whether the archive of the database's write-ahead log keeps up, and shows the base backups: from the end of each, up
to the end of its generation, every time can be restored to. What restores is: emaintenance restore point-in-time.

  base     makes a base backup now
  --json   {time, generation, archivedTo, secondsBehind, behindBytes, trouble, bytes, bases: [{base, generation, ended, bytes}], restorableFrom}
  --help   this text

exit codes: 0 the archive keeps up, or the base backup is made
            1 it does not, or the base backup failed, for the reason printed
            2 wrong usage
            3 it cannot be found out: it is disabled, no Docker or jq, or no right to look
            4 another base backup is under way
TEXT
}

word='' as_json=''
given=("$@")
for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit 0 ;;
    --candidates) echo base && exit 0 ;;
    --json) as_json=1 ;;
    base) word=base ;;
    -*) unknown_option point-in-time "$argument" ;;
    *) wrong_usage "point-in-time got \"$argument\"" "base, or nothing" "emaintenance point-in-time --help" ;;
  esac
done
require_host
become_root "$scripts/point-in-time.sh" "${given[@]}"
for part in job backup/sets backup/database point-in-time/archive; do
  # shellcheck source=/dev/null
  . "$scripts/lib/$part.sh"
done
require_archive point-in-time

if [ "$word" = base ]; then
  code=0
  run_job point-in-time-base "$(config .pointInTime.baseLimitSeconds)" "$scripts/lib/point-in-time/base.sh" 2> /dev/null || code=$?
  [ "$code" != "$JOB_BUSY" ] || exit "$BUSY"
  [ "$code" = 0 ] || exit "$NOT_WELL"
  exit 0
fi

code=0
said=$(run_job point-in-time-check 600 "$scripts/lib/point-in-time/check.sh" 2> /dev/null) || code=$?
# The timer's own look is under way: its outcome is as good.
[ "$code" != "$JOB_BUSY" ] || code=$(jq '.exitCode' "$(config .status)/point-in-time-check.json")
state=$STATE_FOLDER/state.json
if [ -n "$as_json" ]; then
  cat "$state"
else
  printf '%s\n' "${said:-$(jq -r .message "$(config .status)/point-in-time-check.json")}"
  if [ "$(jq '.bases | length' "$state")" != 0 ]; then
    query point-in-time/jq/bases-table.jq -r < "$state" |
      table BASE GENERATION "RESTORABLE FROM" AGE SIZE
  fi
fi
[ "$code" = 0 ] || exit "$NOT_WELL"
