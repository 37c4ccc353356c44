#!/usr/bin/env bash
# summary: brings back a service, the database, uploaded files or everything
# shellcheck disable=SC2034 # most options are for the parts
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"
for part in services lifecycle probes lock maintenance restore/choose restore/cluster restore/database restore/load restore/files restore/journal restore/point-in-time restore/redis restore/service restore/system; do
  # shellcheck source=/dev/null
  . "$scripts/lib/$part.sh"
done

usage() {
  cat << 'TEXT'
usage: emaintenance restore database [BACKUP] [OPTION...]
       emaintenance restore uploads [BACKUP] [--exact] [OPTION...]
       emaintenance restore full [BACKUP] [OPTION...]
       emaintenance restore point-in-time --to TIME | --latest [OPTION...]
       emaintenance restore service SERVICE [--recreate] [--yes]
       emaintenance restore list [--json]
       emaintenance restore --recover

Brings back what a backup holds; without BACKUP, the newest backup that did not fail its verification. Nothing is touched
before the backup is found whole. The present data stay until all services are well with the restored ones; any error before
that, or Ctrl-C, leaves everything as it was.

  database   the database, from a backup db_... or full_...
  uploads    uploaded files, from a backup uploads_... or full_...: what is missing or different; other files stay
  full       roles, databases, uploaded files and sessions, from a backup full_...
  point-in-time
             the whole database server as it was at TIME, such as "2026-01-31 12:34:56Z", or at the last time that is
             archived; needs the archive, see: emaintenance point-in-time
  service    restarts a service; if that does not help, says what does. --recreate has the next deploy make it again
  list       the backups, with age, size and verification
  --recover  undoes a restore that was killed, or finishes it if its data were in place already

  --dry-run              prints the plan, and changes nothing
  --yes                  does not ask
  --newest-verified      without BACKUP: the newest backup that was restored for a test already
  --unverified           also a backup that failed its verification
  --without-safety-dump  does not save the present database first
  --no-owner             all belongs to the role of the services, whatever the backup says
  --keep-sessions        leaves Redis as it is
  --exact                files that are not in the backup go
  --help                 this text

exit codes: 0 restored, and all services are well
            1 not restored, for the reason printed; everything is as it was
            2 wrong usage
            3 it cannot be done: no Docker, jq or curl, or no right to it
            4 a deploy, a backup or another restore is under way
            5 not restored, and not undone: --recover is needed
TEXT
}

readonly NOT_UNDONE=5
WHAT='' BACKUP='' YES='' DRY_RUN='' NEWEST_VERIFIED='' UNVERIFIED='' WITHOUT_BACKUP='' NO_OWNER='' EXACT='' RECREATE=''
FORGET=yes AS_JSON='' TO='' LATEST=''
given=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage && exit 0 ;;
    --candidates) printf '%s\n' database uploads full point-in-time service list && service_words && exit 0 ;;
    --recover) WHAT=recover ;;
    --dry-run) DRY_RUN=1 ;;
    --yes) YES=1 ;;
    --to)
      TO=$(option_value restore --to "${2-}" '.+' "a time with its zone, such as \"2026-01-31 12:34:56Z\"")
      shift
      ;;
    --latest) LATEST=1 ;;
    --newest) ;;
    --newest-verified) NEWEST_VERIFIED=1 ;;
    --unverified) UNVERIFIED=1 ;;
    --without-safety-dump) WITHOUT_BACKUP=1 ;;
    --no-owner) NO_OWNER=1 ;;
    --keep-sessions) FORGET='' ;;
    --exact) EXACT=1 ;;
    --recreate) RECREATE=1 ;;
    --json) AS_JSON=--json ;;
    -*) unknown_option restore "$1" ;;
    *)
      if [ -z "$WHAT" ]; then WHAT=$1; elif [ -z "$BACKUP" ]; then BACKUP=$1; else
        wrong_usage "restore got \"$1\" too" "one backup" "emaintenance restore --help"
      fi
      ;;
  esac
  shift
done
# What each restores, in the order in which it is done; it is undone the other way round.
case $WHAT in
  database) PARTS=(database) ;;
  uploads) PARTS=(files) FORGET='' ;;
  full)
    PARTS=(cluster database files)
    if [ -n "$FORGET" ]; then PARTS+=(redis) FORGET=''; fi
    ;;
  point-in-time)
    [ -z "$BACKUP" ] || wrong_usage "restore point-in-time got \"$BACKUP\"" "--to TIME or --latest" "emaintenance restore --help"
    PARTS=(point_in_time)
    ;;
  service) [ -n "$BACKUP" ] || wrong_usage "restore service needs to know which" "one of $(service_words | paste -sd ' ')" "emaintenance restore --help" ;;
  list | recover) [ -z "$BACKUP" ] || wrong_usage "restore $WHAT got \"$BACKUP\"" "nothing behind it" "emaintenance restore --help" ;;
  *) wrong_usage "restore got \"$WHAT\"" "database, uploads, full, point-in-time, service, list or --recover" "emaintenance restore --help" ;;
esac
if [ "$WHAT" = list ]; then exec "$scripts/verbs/backups" ${AS_JSON:+"$AS_JSON"}; fi
require_host
become_root "$scripts/restore.sh" "${given[@]}"

STATUS=$(config .status)
JOURNAL=$STATUS/restore.journal
for part in records backup/sets backup/database backup/files point-in-time/archive; do
  # shellcheck source=/dev/null
  . "$scripts/lib/$part.sh"
done

# For pipelines that run in a process of their own.
export -f unpacked

FAILURE='ended by an error of the command itself'
# fail WHAT EXPECTED REMEDY
fail() {
  FAILURE=$1
  say_remedy "$@"
  exit "$NOT_WELL"
}

# Runs a program in the background, so that a signal is heeded at once; it does not hold the locks of this script when this one is killed.
child=''
interruptible() {
  local code=0
  (
    let_go_of_locks
    exec "$@"
  ) <&0 &
  child=$!
  wait "$child" || code=$?
  child=''
  return "$code"
}

refuse_busy() {
  say_remedy "$1" "none" "Wait for its end"
  exit "$BUSY"
}

# One restore at a time, none during a deploy or a backup, and none on top of one that was killed.
lock_restores() {
  local deploy
  hold_lock restore || refuse_busy "another restore is under way"
  if [ "$WHAT" != recover ]; then
    [ ! -e "$JOURNAL" ] || fail "a restore was killed before its end: $(recorded what) of $(recorded set), $(recorded started)" "none that is half done" "Undo it first: emaintenance restore --recover"
    deploy=$(deploy_under_way)
    [ -z "$deploy" ] || refuse_busy "a deploy by $(jq -r .owner <<< "$deploy") is under way since $(jq -r .started <<< "$deploy")"
  fi
  lock_backups 0 || refuse_busy "a backup is under way"
}

# undo: everything becomes as it was; whatever can be undone is, also after one part could not.
undo() {
  local part code=0
  say "undoing: everything becomes as it was"
  stop_again
  for part in $(recorded parts | tac); do
    ("undo_$part") || {
      say_remedy "the $part could not be put back" "it as it was before" "The reason is above"
      code=1
    }
  done
  start_again
  return "$code"
}

# end_restore RESULT MESSAGE
end_restore() {
  end_pause
  close_journal
  raise_alert info restore "$2"
  audit "$WHAT" "$BACKUP" "$1"
}

undo_or_say() {
  # A signal that comes now would stop half way again.
  trap '' INT TERM HUP
  if (undo); then
    end_restore "undone: $1" "a restore ended without success, and everything is as it was: $1"
    say "everything is as it was"
    return 0
  fi
  raise_alert critical restore "a restore failed and could not be undone: $1. Fix the cause, then: emaintenance restore --recover"
  audit "$WHAT" "$BACKUP" "not undone: $1"
  say_remedy "the restore could not be undone" "everything as it was" "Fix what is named above, then: emaintenance restore --recover"
  return 1
}

ended() {
  local code=$?
  trap - EXIT
  [ -z "$child" ] || kill "$child" 2> /dev/null || true
  if [ -n "$begun" ] && [ "$code" -ne 0 ]; then
    [ "$code" -lt 128 ] || FAILURE="ended by a signal"
    if ! undo_or_say "$FAILURE"; then exit "$NOT_UNDONE"; fi
    [ "$code" -ge 128 ] || code=$NOT_WELL
  elif [ -n "$chosen" ] && [ -z "$DRY_RUN" ] && [ "$code" -eq "$NOT_WELL" ]; then
    audit "$WHAT" "$BACKUP" "refused: $FAILURE"
  fi
  exit "$code"
}

begun='' chosen=''
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

finish() {
  local part
  [ "$(recorded forget)" != true ] || forget_sessions
  for part in "${PARTS[@]}"; do "drop_$part"; done
  end_restore restored "restored $WHAT of $BACKUP"
}

case $WHAT in
  service)
    restore_service "$BACKUP"
    exit 0
    ;;
  recover)
    lock_restores
    if [ ! -e "$JOURNAL" ]; then
      echo "no restore was killed: there is nothing to undo"
      exit 0
    fi
    BACKUP=$(recorded set)
    if [ "$(recorded complete)" = true ]; then
      mapfile -t PARTS < <(recorded parts)
      # It is the restore that ends here, and is written down as such.
      WHAT=$(recorded what)
      finish
      say "the restore had been done already; what was there before is gone now"
    else
      undo_or_say "$(recorded what) of $BACKUP, $(recorded started), killed" || exit "$NOT_UNDONE"
    fi
    exit 0
    ;;
esac

chosen=1
if [ "$WHAT" = point-in-time ]; then choose_target_time; else choose_backup "$WHAT" "$BACKUP"; fi
lock_restores
for part in "${PARTS[@]}"; do "check_$part" "$BACKUP"; done
if [ "$WHAT" = point-in-time ]; then show_target_time; else show_plan "$WHAT" "$BACKUP" "${PARTS[@]}"; fi
[ -z "$DRY_RUN" ] || exit 0
ask_first
SECONDS=0
if [ "$WHAT" = point-in-time ]; then check_base; else check_digests "$BACKUP"; fi

record set "$(text_json "$BACKUP")"
begun=1
record what "$(text_json "$WHAT")"
record started "$(text_json "$(date -u +%Y-%m-%dT%H:%M:%SZ)")"
record parts "$(json_array "${PARTS[@]}")"
[ -z "$FORGET" ] || record forget true
raise_alert warning restore "a restore is under way since $(recorded started): $WHAT of $BACKUP. If it was killed: emaintenance restore --recover"
pause_system
if [[ " ${PARTS[*]} " == *" database "* ]]; then rescue_database; fi
if [ "$WHAT" = point-in-time ]; then save_point_in_time; fi
for part in "${PARTS[@]}"; do "prepare_$part" "$BACKUP"; done
for part in "${PARTS[@]}"; do "swap_$part" "$BACKUP"; done
if [[ " ${PARTS[*]} " =~ " database "|" point_in_time " ]]; then migrate_data; fi
start_writers || fail "the services are not well with the restored data" "all of them healthy" "The reason is above"
ask_services data api web || fail "the services do not answer with the restored data" "all of them well" "The reason is above"
# From here on nothing is undone any more, only finished.
record complete true
begun=''
finish
say "restored from $BACKUP in $SECONDS s"
if [ -r "$(config .verifyFolder)/run.sh" ] && ! "$scripts/verbs/verify"; then
  before="the newest backup with the reason before-restore"
  [ "$WHAT" != point-in-time ] || before="the folder named above"
  say_remedy "the system does not verify" "a system that works for users" "Look at: emaintenance health. What was there before is in $before"
  exit "$NOT_WELL"
fi
