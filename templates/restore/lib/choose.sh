# shellcheck shell=bash
# shellcheck disable=SC2016,SC2153,SC2154 # names of jq; variables of restore.sh
# Which backup, and what will be done with it.

# kinds_with WHAT: kinds of backups that hold it.
kinds_with() { case $1 in database) echo db full ;; uploads) echo uploads full ;; full) echo full ;; esac }

# choose_backup WHAT BACKUP: into BACKUP the one that was named, or, where that is empty, the newest that is not known to be bad:
# whether it is whole and holds what its manifest says is found out before anything is replaced.
choose_backup() {
  local what=$1 kinds
  BACKUP=$2
  read -ra kinds <<< "$(kinds_with "$what")"
  if [ -n "$BACKUP" ]; then
    require_backup restore "$BACKUP"
    [[ " ${kinds[*]} " == *" ${BACKUP%%_*} "* ]] ||
      wrong_usage "$BACKUP does not hold what \"restore $what\" restores" "a backup $(printf '%s_... ' "${kinds[@]}")" "emaintenance restore list"
    [ -n "$UNVERIFIED" ] || [ "$(state_of "$BACKUP" .verified.ok)" != false ] ||
      fail "$BACKUP failed its verification: $(state_of "$BACKUP" .verified.message)" "a backup that restores" "Choose another: emaintenance restore list; or --unverified, which leaves everything as it is when the restore fails"
  elif [ -n "$NEWEST_VERIFIED" ]; then
    BACKUP=$(newest_verified_backup "${kinds[@]}")
  else
    BACKUP=$(list_backups | query restore/jq/newest-restorable-set.jq -r --args "${kinds[@]}")
  fi
  [ -n "$BACKUP" ] || fail "there is no backup to restore ($what) in $BACKUPS" "one that holds it: ${kinds[*]}" "Bring one there, or fetch one: emaintenance off-host list"
  hold_backup "$BACKUP" || fail "$BACKUP is being removed" "a backup that stays" "Choose another: emaintenance restore list"
}

# state_of BACKUP FILTER
state_of() { list_backups | jq -r --arg set "$1" ".[] | select(.set == \$set) | $2 | if . == null then \"\" else . end"; }

# check_digests BACKUP
check_digests() {
  local backup=$1 reason began=$SECONDS
  say "checking $backup against its digests"
  reason=$(check_backup "$backup") || fail "$backup is not what was backed up: $reason" "every file as its manifest says" "Choose another backup: emaintenance restore list"
  say "$backup is whole, checked in $((SECONDS - began)) s"
}

plan_number=0
plan_line() {
  plan_number=$((plan_number + 1))
  printf '  %d. %s\n' "$plan_number" "$*"
}

# show_plan WHAT BACKUP PART...
show_plan() {
  local what=$1 backup=$2 part parts=("${@:3}")
  query restore/jq/plan.jq -r --arg set "$backup" --arg what "restore $what" <<< "$(list_backups)"
  plan_line "checks the backup against its digests"
  plan_line "shows the maintenance page, and stops $(writers | tac | paste -sd ' ')"
  [[ " ${parts[*]} " != *" database "* ]] || [ -n "$WITHOUT_BACKUP" ] || plan_line "saves the present database as a backup of its own"
  for part in "${parts[@]}"; do "plan_$part" "$backup"; done
  [[ " ${parts[*]} " != *" database "* ]] || plan_line "runs the migrations of the release that is deployed, on the restored data"
  plan_line "starts the services again, each when the one before is healthy, and takes the page away"
  [ -z "$FORGET" ] || plan_line "forgets all sessions: everybody logs in again (--keep-sessions keeps them)"
  echo "What was written after $(manifest "$backup" '.window.from // .started') is not in it. Until the end, any error leaves everything as it is now."
}

ask_first() {
  local answer
  [ -z "$YES" ] || return 0
  [ -t 0 ] || wrong_usage "restore overwrites data, and there is no terminal to ask at" "--yes" "emaintenance restore --help"
  printf 'Go on? Type yes: ' >&2
  read -r answer || answer=''
  if [ "$answer" != yes ]; then
    echo "nothing was changed" >&2
    exit "$NOT_WELL"
  fi
}
