# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154 # names of jq; variables of restore.sh
# Which set, and what will be done with it.

# kinds_with WHAT: kinds of sets that hold it.
kinds_with() { case $1 in database) echo db full ;; uploads) echo uploads full ;; full) echo full ;; esac }

# choose_set WHAT SET: into SET the one that was named, or, where that is empty, the newest that is not known to be bad:
# whether it is whole and holds what its manifest says is found out before anything is replaced.
choose_set() {
  local what=$1 kinds
  SET=$2
  read -ra kinds <<< "$(kinds_with "$what")"
  if [ -n "$SET" ]; then
    require_set restore "$SET"
    [[ " ${kinds[*]} " == *" ${SET%%_*} "* ]] ||
      wrong_usage "$SET does not hold what \"restore $what\" restores" "a set $(printf '%s_... ' "${kinds[@]}")" "emaintenance restore list"
    [ -n "$UNVERIFIED" ] || [ "$(state_of "$SET" .verified.ok)" != false ] ||
      fail "$SET failed its verification: $(state_of "$SET" .verified.message)" "a set that restores" "Choose another: emaintenance restore list; or --unverified, which leaves everything as it is when the restore fails"
  elif [ -n "$NEWEST_VERIFIED" ]; then
    SET=$(newest_verified_set "${kinds[@]}")
  else
    SET=$(list_sets | query restore/jq/newest-restorable-set.jq -r --args "${kinds[@]}")
  fi
  [ -n "$SET" ] || fail "there is no set to restore ($what) in $BACKUPS" "one that holds it: ${kinds[*]}" "Bring one there, or fetch one: emaintenance off-host list"
  hold_set "$SET" || fail "$SET is being removed" "a set that stays" "Choose another: emaintenance restore list"
}

# state_of SET FILTER
state_of() { list_sets | jq -r --arg set "$1" ".[] | select(.set == \$set) | $2 | if . == null then \"\" else . end"; }

# check_digests SET
check_digests() {
  local set=$1 reason began=$SECONDS
  say "checking $set against its digests"
  reason=$(check_set "$set") || fail "$set is not what was backed up: $reason" "every file as its manifest says" "Choose another set: emaintenance restore list"
  say "$set is whole, checked in $((SECONDS - began)) s"
}

plan_number=0
plan_line() {
  plan_number=$((plan_number + 1))
  printf '  %d. %s\n' "$plan_number" "$*"
}

# show_plan WHAT SET PART...
show_plan() {
  local what=$1 set=$2 part parts=("${@:3}")
  query restore/jq/plan.jq -r --arg set "$set" --arg what "restore $what" <<< "$(list_sets)"
  plan_line "checks the set against its digests"
  plan_line "shows the maintenance page, and stops $(writers | tac | paste -sd ' ')"
  [[ " ${parts[*]} " != *" database "* ]] || [ -n "$WITHOUT_SAFETY_DUMP" ] || plan_line "saves the present database as a set of its own"
  for part in "${parts[@]}"; do "plan_$part" "$set"; done
  [[ " ${parts[*]} " != *" database "* ]] || plan_line "runs the migrations of the release that is deployed, on the restored data"
  plan_line "starts the services again, each when the one before is healthy, and takes the page away"
  [ -z "$FORGET" ] || plan_line "forgets all sessions: everybody logs in again (--keep-sessions keeps them)"
  echo "What was written after $(manifest "$set" '.window.from // .started') is not in it. Until the end, any error leaves everything as it is now."
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
