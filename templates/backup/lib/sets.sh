# shellcheck shell=bash
# Backups: how they are named, listed, checked, locked. Whoever writes, verifies or restores a backup reads this file,
# after common.sh.
#
# A backup is a folder <kind>_<YYYYMMDD>_<HHMMSS> (UTC), of root alone. While it is written it is called .partial.<name>: a
# folder without the dot is whole, and was on the disk before it got its name. In it:
#   manifest.json                 what the backup is, with size and SHA-256 of every file
#   database.dump                 pg_dump -Fc; or database.sql.zst, database.sql.gz
#   other_<n>.dump, globals.sql   every other database, and the roles (full)
#   redis.rdb                     Redis (full)
#   uploads.tar.zst or .gz        uploaded files, and other data than the databases (uploads, full)
#   configuration.tar.zst or .gz  deploy/Server and releases (full)
#   verified.json                 how its last verification ended; none if there was none
#   pinned                        keeps the backup from retention

# shellcheck disable=SC2034 # for the scripts that read this file
readonly BACKUP_FORMAT=1
readonly BACKUP_NAME='^(db|uploads|full)_[0-9]{8}_[0-9]{6}$'

# What a manifest may name: it comes from another machine, or with the words of a database.
# shellcheck disable=SC2034 # for the scripts that read this file
readonly FILE_OF_BACKUP='^[A-Za-z0-9][A-Za-z0-9._-]*$' IMAGE_ID='^sha256:[0-9a-f]{64}$'

BACKUPS=$(config .backups)
PROJECT=$(config .project)
LOCKS=$(config .lockFolder)
readonly BACKUPS PROJECT LOCKS

backup_folder() { printf '%s/%s' "$BACKUPS" "$1"; }

# The word of the command for a kind of set, and back.
kind_of_word() { case $1 in database) echo db ;; uploads | full) echo "$1" ;; *) return 1 ;; esac }

# Names of all whole backups, in no order.
backup_names() {
  local name
  for name in "$BACKUPS"/*/manifest.json; do
    name=${name%/manifest.json} name=${name##*/}
    if [[ $name =~ $BACKUP_NAME ]]; then echo "$name"; fi
  done
}

# described_backups PINNED NAMES FILE...: the backups of these names, by what these files say: manifests and verified.json.
described_backups() { query backup/jq/described-sets.jq -cn --argjson pinned "$1" --argjson names "$2" "${@:3}"; }

# Every backup with its state as one array, the newest first. Backups are in the order in which they were made, by their
# numbers: a clock that jumped makes no old backup the newest. `verified` is null, or how the last verification ended; `broken` says
# why a manifest cannot be read.
list_backups() {
  local names files=() pinned_names=() readable=() name file all pinned
  mapfile -t names < <(backup_names)
  for name in "${names[@]}"; do
    for file in manifest.json verified.json; do
      [ ! -s "$BACKUPS/$name/$file" ] || files+=("$BACKUPS/$name/$file")
    done
    [ ! -e "$BACKUPS/$name/pinned" ] || pinned_names+=("$name")
  done
  if [ ${#files[@]} -eq 0 ]; then
    echo '[]'
    return
  fi
  all=$(jq -nc '$ARGS.positional' --args "${names[@]}")
  pinned=$(jq -nc '$ARGS.positional' --args "${pinned_names[@]}")
  # One program for all of them; only where a file is torn, each is looked at first.
  described_backups "$pinned" "$all" "${files[@]}" 2> /dev/null && return
  for file in "${files[@]}"; do
    if jq empty "$file" 2> /dev/null; then readable+=("$file"); fi
  done
  described_backups "$pinned" "$all" "${readable[@]}" < /dev/null
}

# newest_backup KIND...: name of the newest backup of one of these kinds; nothing if there is none.
newest_backup() {
  list_backups | jq -r 'map(select(.broken == null and (.kind | IN($ARGS.positional[])))) | .[0].set // empty' --args "$@"
}

# newest_verified_backup KIND...: the same, of those whose last verification ended well.
newest_verified_backup() {
  list_backups | jq -r 'map(select(.verified.ok == true and (.kind | IN($ARGS.positional[])))) | .[0].set // empty' --args "$@"
}

# require_backup VERB NAME: ends the script where there is no such backup.
require_backup() {
  [[ $2 =~ $BACKUP_NAME ]] || wrong_usage "$1 got \"$2\"" "the name of a backup, such as db_20260131_020000" "emaintenance backups"
  [ -e "$(backup_folder "$2")/manifest.json" ] || cannot_look "there is no backup $2 in $BACKUPS" "one that is there" "Try: emaintenance backups"
}

# manifest NAME FILTER: one value out of the manifest of a backup.
manifest() { jq -r "$2" "$(backup_folder "$1")/manifest.json"; }

# check_backup NAME [FOLDER]: every file of the backup has the size and the digest of the manifest. Says what is wrong, and fails
# then.
check_backup() {
  local folder file bytes digest
  folder=${2:-$(backup_folder "$1")}
  if ! jq -e --arg set "$1" --argjson format "$BACKUP_FORMAT" '.format == $format and .set == $set and (.files | length > 0)' \
    "$folder/manifest.json" > /dev/null 2>&1; then
    echo "its manifest cannot be read, or is not that of a backup $1 of format $BACKUP_FORMAT"
    return 1
  fi
  if [ -n "$(find "$folder" -mindepth 1 ! -type f -print -quit)" ]; then
    echo "there is something else than files in it"
    return 1
  fi
  while IFS=$'\t' read -r file bytes digest; do
    if [[ ! $file =~ $FILE_OF_BACKUP ]]; then
      echo "its manifest names a file $(shown "$file")"
      return 1
    elif [ ! -f "$folder/$file" ]; then
      echo "$file is missing"
      return 1
    elif [ "$(stat --format %s "$folder/$file")" != "$bytes" ]; then
      echo "$file has $(stat --format %s "$folder/$file") bytes, and had $bytes when it was written"
      return 1
    elif [ "$(sha256sum < "$folder/$file" | cut -d ' ' -f 1)" != "$digest" ]; then
      echo "$file has changed since it was written: its SHA-256 is another"
      return 1
    fi
  done < <(jq -r '.files | to_entries[] | [.key, .value.bytes, .value.sha256] | @tsv' "$folder/manifest.json")
}

# backup_file NAME STEM: path of a file of the backup whatever it is compressed with, such as uploads.tar; fails if there is none.
backup_file() { backup_file_in "$(backup_folder "$1")" "$2"; }

# backup_file_in FOLDER STEM: the same, in any folder.
backup_file_in() {
  local folder=$1 ending
  for ending in '' .zst .gz; do
    if [ -e "$folder/$2$ending" ]; then
      printf '%s' "$folder/$2$ending"
      return 0
    fi
  done
  return 1
}

# unpacked FILE: its content, by its ending.
unpacked() {
  case $1 in
    *.zst) zstd --decompress --quiet --stdout "$1" ;;
    *.gz) gzip --decompress --stdout "$1" ;;
    *) cat "$1" ;;
  esac
}

# hold_lock NAME [SECONDS]: a lock that is held until this script and what it started have ended. Waits so long for another
# holder; fails then. A script of a version before has the lock in /run/lock, where only a file of root counts: any user may
# lay one there.
held_locks=()
hold_lock() {
  local file fd
  install -d -m 0755 "$LOCKS"
  for file in "$LOCKS/$1" "/run/lock/$PROJECT-$1"; do
    if [ "$file" != "$LOCKS/$1" ] && [ "$(stat --format '%F of %u' -- "$file" 2> /dev/null)" != 'regular empty file of 0' ]; then continue; fi
    exec {fd}>> "$file"
    held_locks+=("$fd")
    flock --wait "${2:-0}" "$fd" || return 1
  done
}

# let_go_of_locks: in a process that shall not hold them when this script is killed.
let_go_of_locks() {
  local fd
  for fd in "${held_locks[@]}"; do exec {fd}>&-; done
}

# lock_backups [SECONDS]: from here on nobody else writes or removes backups, until this script and what it started have
# ended. Waits so long for another; fails then. A script that is started by the holder has the lock already.
lock_backups() {
  [ -z "${EMAINTENANCE_BACKUPS_LOCKED-}" ] || return 0
  hold_lock backup "${1:-0}" || return 1
  export EMAINTENANCE_BACKUPS_LOCKED=$$
}

# hold_backup NAME: retention leaves the backup alone until this script has ended. Any number may hold it.
hold_backup() {
  local held
  exec {held}< "$(backup_folder "$1")/manifest.json" && flock --shared --nonblock "$held"
}

# remove_backup NAME: under the lock. The folder loses its name first, so that a removal that is interrupted leaves no half of a
# backup. Fails if another script holds it.
remove_backup() {
  local folder held
  folder=$(backup_folder "$1")
  exec {held}< "$folder/manifest.json"
  if ! flock --exclusive --nonblock "$held"; then
    exec {held}<&-
    return 1
  fi
  mv "$folder" "$BACKUPS/.removed.$1"
  rm -rf "$BACKUPS/.removed.$1"
  exec {held}<&-
}

# prepare_arrival NAME: path of an empty folder for a backup that comes from elsewhere. One at a time comes; what another that was
# killed has left goes.
prepare_arrival() {
  hold_lock arrival || return
  find "$BACKUPS" -mindepth 1 -maxdepth 1 -name '.arriving.*' -exec rm -rf {} +
  arrival=$BACKUPS/.arriving.$1
  mkdir "$arrival"
}

# settle_arrival NAME FOLDER: what has arrived in the folder becomes a backup of this host, once it is whole and on the disk.
# Says what is wrong with it, and fails then.
settle_arrival() {
  if ! check_backup "$1" "$2"; then
    rm -rf "$arrival"
    return 1
  fi
  find "$2" -type f -exec chown root:root {} + -exec chmod 0600 {} + -exec sync {} +
  chmod 0700 "$2"
  mv -T "$2" "$(backup_folder "$1")"
  sync "$BACKUPS"
  rm -rf "$arrival"
  write_summary
}

# write_whole FILE: standard input as a file that is there whole or not at all, also when the power fails.
write_whole() {
  local new
  new=$(mktemp "$(dirname "$1")/.new.XXXXXX")
  cat > "$new"
  sync "$new"
  mv -f "$new" "$1"
  sync "$(dirname "$1")"
}

# What every login may know about the backups, for `emaintenance status`: the folder itself is root's alone.
write_summary() {
  local folder
  folder=$(config .status)/backups
  install -d -m 0755 "$folder"
  list_backups | write_whole "$folder/sets.json"
  chmod 0644 "$folder/sets.json"
}
