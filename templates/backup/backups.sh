#!/usr/bin/env bash
# summary: lists the backups with age, size and how their verification ended
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"
# shellcheck source=/dev/null
. "$scripts/lib/table.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance backups [database | uploads | full] [--json]

Lists the backups, the newest first.

  --json   [{set, kind, number, reason, release, started, ended, bytes, verified, pinned, broken}]
  --help   this text

exit codes: 0 listed, none too
            2 wrong usage
            3 it cannot be found out: no jq or Docker, or no right to look
TEXT
}

word='' as_json=''
given=("$@")
for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit 0 ;;
    --candidates) echo "database uploads full" && exit 0 ;;
    --json) as_json=1 ;;
    -*) unknown_option backups "$argument" ;;
    database | uploads | full) word=$argument ;;
    *) wrong_usage "backups got \"$argument\"" "database, uploads or full" "emaintenance backups --help" ;;
  esac
done
require_host
become_root "$scripts/backups.sh" "${given[@]}"
# shellcheck source=/dev/null
. "$scripts/lib/backup/sets.sh"

kind=''
[ -z "$word" ] || kind=$(kind_of_word "$word")
listed=$(list_backups | jq -c --arg kind "$kind" 'map(select($kind == "" or .kind == $kind))')
if [ -n "$as_json" ]; then
  printf '%s\n' "$listed"
elif [ "$listed" = '[]' ]; then
  echo "there is no backup in $BACKUPS yet: emaintenance backup"
else
  query backup/jq/backups-table.jq -r <<< "$listed" | table BACKUP AGE SIZE RELEASE REASON PINNED VERIFIED
fi
