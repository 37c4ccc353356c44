#!/usr/bin/env bash
# summary: verifies a backup by restoring it into an ephemeral PostgreSQL
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance verify-backup [--newest | --all | BACKUP...]

Compares the digest of every file of the backup, restores the database into a PostgreSQL of its own without a network, counts
the rows of every table, checks every page and index, reads archives to their end, and removes all of it again. The system
goes on meanwhile. How long it took is what a restore will take, and is kept with the backup.

  --newest   the newest backup of each kind (the default)
  --all      every backup
  --help     this text

exit codes: 0 good
            1 a backup is not good, or could not be restored for the reason printed
            2 wrong usage
            3 it cannot be done: no such backup, no Docker or jq, or no right to use them
            4 another verification is under way
TEXT
}

given=("$@")
what=() names=()
for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit 0 ;;
    --candidates)
      become_root "$scripts/verify-backup.sh" "${given[@]}"
      # shellcheck source=/dev/null
      . "$scripts/lib/backup/sets.sh"
      backup_names
      exit 0
      ;;
    --newest | --all) what=("$argument") ;;
    -*) unknown_option verify-backup "$argument" ;;
    *) names+=("$argument") ;;
  esac
done
if [ ${#what[@]} -gt 0 ] && [ ${#names[@]} -gt 0 ]; then
  wrong_usage "verify-backup got ${what[*]} and ${names[*]}" "one of the two" "emaintenance verify-backup --help"
fi
require_host
become_root "$scripts/verify-backup.sh" "${given[@]}"
for part in job backup/sets; do
  # shellcheck source=/dev/null
  . "$scripts/lib/$part.sh"
done
for name in "${names[@]}"; do require_backup verify-backup "$name"; done
[ ${#names[@]} -gt 0 ] || [ ${#what[@]} -gt 0 ] || what=(--newest)
if [ -z "$(backup_names)" ]; then
  cannot_look "there is no backup in $BACKUPS" "one" "Try: emaintenance backup"
fi

code=0
said=$(run_job backup-verification "$(config .backup.timeLimitSeconds)" "$scripts/lib/backup/verify.sh" "${what[@]}" "${names[@]}") || code=$?
if [ "$code" -eq "$JOB_BUSY" ] || [ "$code" -eq "$BUSY" ]; then
  say_remedy "another verification is under way" "one at a time" "Wait for it"
  exit "$BUSY"
fi
[ -z "$said" ] || printf '%s\n' "$said"
[ "$code" -eq 0 ] || exit "$NOT_WELL"
