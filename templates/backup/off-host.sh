#!/usr/bin/env bash
# summary: keeps encrypted offsite copies of backups, and brings them back
set -euo pipefail

scripts=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$scripts/lib/common.sh"
# shellcheck source=/dev/null
. "$scripts/lib/table.sh"

usage() {
  cat << 'TEXT'
usage: emaintenance off-host copy
       emaintenance off-host list [--json]
       emaintenance off-host fetch [BACKUP | database | uploads | full]
       emaintenance off-host check

Offsite copies of the backups, encrypted by restic, as the deployment has set them up (host.backup.offHost).

  copy    every backup that is not there yet; a schedule does this too
  list    the copies, the newest first
  fetch   brings a copy back among the backups of this host: BACKUP, or the newest of its kind (default: full)
  check   reads a tenth of all copies back, and removes those that retention does not keep; a schedule does this too
  --json  [{set, kind, time, snapshot}]
  --help  this text

exit codes: 0 done
            1 not done, for the reason printed
            2 wrong usage
            3 it cannot be done: no copies are set up here, or no restic, or no right to it
            4 another of these is under way
TEXT
}

word='' what='' as_json=''
given=("$@")
for argument in "$@"; do
  case $argument in
    --help | -h) usage && exit 0 ;;
    --candidates) echo "copy list fetch check database uploads full" && exit 0 ;;
    --json) as_json=1 ;;
    -*) unknown_option off-host "$argument" ;;
    *)
      if [ -z "$word" ]; then word=$argument; elif [ -z "$what" ]; then what=$argument; else
        wrong_usage "off-host got \"$argument\" too" "one backup" "emaintenance off-host --help"
      fi
      ;;
  esac
done
case $word in
  copy | list | check) [ -z "$what" ] || wrong_usage "off-host $word got \"$what\"" "nothing behind it" "emaintenance off-host --help" ;;
  fetch) ;;
  *) wrong_usage "off-host got \"$word\"" "copy, list, fetch or check" "emaintenance off-host --help" ;;
esac
require_host
become_root "$scripts/off-host.sh" "${given[@]}"
# shellcheck source=/dev/null
. "$scripts/lib/backup/sets.sh"

readonly ACCESS=/etc/$PROJECT/off-host
umask 077

fail() {
  say_remedy "$@"
  exit "$NOT_WELL"
}

# Where the copies are and what opens them: from files of root alone, into the environment of restic, never on a command line.
read_access() {
  local name value
  [ -r "$ACCESS/environment" ] || cannot_look "no offsite copies are set up on this host" "host.backup.offHost in main.ts" "See docs/offsite.md, and deploy"
  command -v restic > /dev/null || cannot_look "restic is not installed" "it on PATH" "Install it: sudo apt-get install restic"
  while IFS='=' read -r name value; do
    [ -z "$value" ] || export "$name=$value"
  done < "$ACCESS/environment"
  export RESTIC_PASSWORD_FILE=$ACCESS/password RESTIC_CACHE_DIR=/var/cache/$PROJECT/restic TZ=UTC0
  mkdir -p "$RESTIC_CACHE_DIR"
}

# ssh, where that is the way to the copies: with a key and known hosts of its own. What it says goes to a file, since
# restic may end before it has passed the last line on.
options=() ssh_words=''
choose_ssh() {
  local login host port
  if [[ $RESTIC_REPOSITORY =~ ^sftp://([^@/]+)@([^:/]+)(:([0-9]+))?/ ]]; then
    login=${BASH_REMATCH[1]} host=${BASH_REMATCH[2]} port=${BASH_REMATCH[4]:-22}
  elif [[ $RESTIC_REPOSITORY =~ ^sftp:([^@:/]+)@([^:/]+): ]]; then
    login=${BASH_REMATCH[1]} host=${BASH_REMATCH[2]} port=22
  else
    return 0
  fi
  ssh_words=$RESTIC_CACHE_DIR/ssh.log
  : > "$ssh_words"
  options=(-o "sftp.command=ssh -E $ssh_words -o LogLevel=ERROR -i $ACCESS/ssh_key -o IdentitiesOnly=yes -o UserKnownHostsFile=$ACCESS/known_hosts -o StrictHostKeyChecking=yes -o BatchMode=yes -o ConnectTimeout=20 -p $port $login@$host -s sftp")
}

copies() { restic "${options[@]}" "$@"; }

# One at a time; restic's own locks are for other hosts.
lock_copies() {
  if ! hold_lock off-host; then
    say_remedy "another copy or check is under way" "one at a time" "Wait for it"
    exit "$BUSY"
  fi
}

# reason_of OUTPUT: what ssh said, where it said something, else restic's last word.
reason_of() {
  local said=''
  [ -z "$ssh_words" ] || said=$(tr -d '\r' < "$ssh_words" | grep -v '^$' | tail -n 1) || true
  printf '%s' "${said:-$(grep -v '^$' <<< "$1" | tail -n 1)}"
}

# A repository that is not there yet is made; one that does not open is a failure.
open_repository() {
  local answer
  if answer=$(copies cat config 2>&1); then return; fi
  case $answer in
    *"unable to open config file"* | *"Is there a repository at the following location"* | *"repository does not exist"*)
      answer=$(copies init 2>&1) || fail "the place for copies cannot be opened or made: $(tail -n 1 <<< "$answer")" "a place that this host may write to" "Look at OFF_HOST_REPOSITORY and what opens it"
      echo "made the repository $RESTIC_REPOSITORY"
      ;;
    *) fail "the place for copies cannot be opened: $(reason_of "$answer")" "OFF_HOST_REPOSITORY and the password that it was made with" "Correct them, and deploy" ;;
  esac
}

# Every copy: the backup, its kind, when it was made, and restic's number for it; the newest first.
list_copies() { copies snapshots --json --host "$PROJECT" | query backup/jq/copies.jq -c; }

copy_backups() {
  local there known name reason copied=0 failed=0 names=() settled=()
  lock_copies
  there=$(config .status)/backups/off-host.json
  # What was copied once is not copied again when the copy is too old to be kept. Without a new backup, nobody needs to be asked.
  known=$(jq -r --arg repository "$RESTIC_REPOSITORY" 'select(.repository == $repository) | .sets[]' "$there" 2> /dev/null || true)
  if ! backup_names | grep -qvxF "$known"; then
    echo "every backup is copied"
    return
  fi
  open_repository
  copies unlock --quiet
  known+=$'\n'$(list_copies | jq -r '.[].set')
  # A backup that is made meanwhile is not among these: the next run copies it.
  mapfile -t names < <(backup_names | sort)
  for name in "${names[@]}"; do
    if grep -qxF "$name" <<< "$known"; then
      settled+=("$name")
      continue
    fi
    hold_backup "$name" || continue
    if ! reason=$(check_backup "$name"); then
      echo "$name is not copied: $reason"
      failed=$((failed + 1))
      continue
    fi
    copies backup --quiet --host "$PROJECT" --tag "${name%%_*}" --time "$(time_of "$name")" \
      --exclude verified.json --exclude pinned "$(backup_folder "$name")" || fail "$name could not be copied" "a place that takes it" "The reason is above"
    copied=$((copied + 1))
    settled+=("$name")
  done
  [ "$failed" -eq 0 ] || fail "$failed backups are not what was backed up, and are not copied" "backups that are whole" "Look at: emaintenance backups; to make a new one: emaintenance backup"
  printf '%s\n' "${settled[@]}" | jq -nR --arg repository "$RESTIC_REPOSITORY" '{repository: $repository, sets: [inputs]}' | write_whole "$there"
  echo "copied $copied backups to $RESTIC_REPOSITORY"
}

# time_of BACKUP: from its name, as restic wants it.
time_of() { sed -E 's/^[a-z]+_(....)(..)(..)_(..)(..)(..)$/\1-\2-\3 \4:\5:\6/' <<< "$1"; }

fetch_backup() {
  local arrival='' wanted=${what:-full} kind='' copy name path reason began=$SECONDS
  lock_copies
  open_repository
  kind=$(kind_of_word "$wanted") || true
  copy=$(list_copies | jq -c --arg wanted "$wanted" --arg kind "$kind" 'map(select(.set == $wanted or .kind == $kind)) | .[0] // empty')
  [ -n "$copy" ] || fail "there is no copy of $wanted in $RESTIC_REPOSITORY" "a backup, or a kind of which there is one" "Try: emaintenance off-host list"
  name=$(jq -r .set <<< "$copy") path=$(jq -r .path <<< "$copy")
  if [ -e "$(backup_folder "$name")" ]; then
    echo "$name is here already"
    return
  fi
  prepare_arrival "$name" || fail "another backup is arriving" "one at a time" "Wait for it"
  copies restore "$(jq -r .snapshot <<< "$copy")" --quiet --target "$arrival" || fail "$name could not be fetched" "a copy that can be read, and room for it" "The reason is above"
  if ! reason=$(settle_arrival "$name" "$arrival$path"); then
    fail "$name is not what was backed up: $reason" "a copy that is whole" "Try another: emaintenance off-host list"
  fi
  echo "$name: fetched and whole, $(jq '[.files[].bytes] | add' "$(backup_folder "$name")/manifest.json") bytes in $((SECONDS - began)) s"
}

check_copies() {
  local keep
  lock_copies
  open_repository
  copies unlock --quiet
  copies check --quiet --read-data-subset=10% || fail "the copies are damaged" "copies that can be read back" "See docs/offsite.md, \"Damaged copies\""
  read -ra keep <<< "$OFF_HOST_KEEP"
  copies forget --quiet --host "$PROJECT" --group-by tags --keep-within "${keep[0]}d" --keep-weekly "${keep[1]}" --keep-monthly "${keep[2]}" --prune > /dev/null ||
    fail "old copies could not be removed" "a place that this host may write to" "The reason is above"
  echo "the copies can be read back; $(list_copies | jq length) are kept"
}

read_access
choose_ssh
case $word in
  copy) copy_backups ;;
  fetch) fetch_backup ;;
  check) check_copies ;;
  list)
    open_repository
    if [ -n "$as_json" ]; then list_copies | jq 'map(del(.path))'; else
      list_copies | jq -r '.[] | [.set, .time, .snapshot] | @tsv' | table BACKUP MADE SNAPSHOT
    fi
    ;;
esac
