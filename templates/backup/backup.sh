#!/usr/bin/env bash
# summary: makes a backup now, pins one, or removes those that are too old
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance backup [database | uploads | full] [--reason TEXT] [--plain] [--json]
       emaintenance backup pin BACKUP | unpin BACKUP
       emaintenance backup prune [--dry-run]

Makes a backup of the database (the default), of the uploaded files, or of everything: database, roles, other databases,
Redis, uploaded files, configuration. It is the job that the schedule runs: once at a time, within a time limit, with a
record and, when it fails, an alert. A backup has its name only when it is whole and on the disk. The system goes on
meanwhile.

pin keeps a backup until unpin. prune removes the backups that nothing keeps, as every backup does at its end.

  --reason TEXT  why, for the list of the backups
  --plain        SQL text instead of PostgreSQL's own format
  --json         the manifest of the new backup
  --dry-run      says what prune would remove, and what keeps the rest
  --help         this text

exit codes: 0 made
            1 not made, for the reason printed; there is no half of a backup
            2 wrong usage
            3 it cannot be done: no Docker or jq, or no right to use them
            4 another backup is under way
TEXT
}

word='' backup='' as_json='' dry_run=''
options=(--reason "by hand")
given=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --candidates) echo "database uploads full pin unpin prune" && exit 0 ;;
    --reason)
      options+=(--reason "$(option_value backup --reason "${2-}" '[^[:cntrl:]]{1,200}' "a text of one line, at most 200 characters")")
      shift
      ;;
    --plain) options+=(--plain) ;;
    --json) as_json=1 ;;
    --dry-run) dry_run=1 ;;
    -*) unknown_option backup "$1" ;;
    *)
      if [ -z "$word" ]; then word=$1; elif [ -z "$backup" ]; then backup=$1; else wrong_usage "backup got \"$1\" too" "one kind" "emaintenance backup --help"; fi
      ;;
  esac
  shift
done
word=${word:-database}
case $word in
  database | uploads | full | prune) [ -z "$backup" ] || wrong_usage "backup $word got \"$backup\" too" "nothing behind it" "emaintenance backup --help" ;;
  pin | unpin) ;;
  *) wrong_usage "backup got \"$word\"" "database, uploads, full, pin, unpin or prune" "emaintenance backup --help" ;;
esac
require_host
become_root "$scripts/backup.sh" "${given[@]}"

for part in job backup/sets backup/retention; do
  # shellcheck source=/dev/null
  . "$scripts/lib/$part.sh"
done

busy() {
  say_remedy "another backup is under way" "one at a time" "Wait for it"
  exit "$BUSY"
}

take() {
  local job=backup-$word code=0 output name
  # A run that is refused leaves no record of a failure.
  (lock_backups) || busy
  output=$(run_job "$job" "$(config .backup.timeLimitSeconds)" "$scripts/lib/backup/take.sh" "$word" "${options[@]}") || code=$?
  [ "$code" -ne "$JOB_BUSY" ] || busy
  if [ "$code" -ne 0 ]; then
    printf '%s\n' "$output" >&2
    say_remedy "no backup was made" "one" "The reason is above, and in $(config .root)/logs/schedules/$job.log"
    exit "$NOT_WELL"
  fi
  name=$(tail -n 1 <<< "$output" | cut -d : -f 1)
  if [ -n "$as_json" ]; then cat "$(backup_folder "$name")/manifest.json"; else printf '%s\n' "$output"; fi
}

case $word in
  pin | unpin)
    require_backup "backup $word" "$backup"
    lock_backups || busy
    if [ "$word" = pin ]; then : > "$(backup_folder "$backup")/pinned"; else rm -f "$(backup_folder "$backup")/pinned"; fi
    write_summary
    echo "$backup is ${word}ned"
    ;;
  prune)
    if [ -n "$dry_run" ]; then
      backups_with_retention | jq -r '.[] | "\(.set)  \(.kept // "would be removed")"'
      retention_doubt | sed 's/^/nothing would be removed now: /'
    else
      lock_backups || busy
      prune_backups
      write_summary
    fi
    ;;
  *) take ;;
esac
