#!/usr/bin/env bash
# Looks whether the archive of the write-ahead log keeps up, compresses what is whole in it, and removes what is too old. It
# runs as a job, see run-job: its last line goes to the record, and a failure is an alert.
set -euo pipefail

lib=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$lib/../common.sh"
for part in lock backup/sets backup/database point-in-time/archive; do
  # shellcheck source=/dev/null
  . "$lib/../$part.sh"
done
STATUS=$(config .status)
# shellcheck source=/dev/null
. "$lib/../records.sh"

readonly KEEPS_UP_SECONDS=15 BASE_AGAIN_SECONDS=3600
state=$STATE_FOLDER/state.json

require_archive "the check"
renice -n 19 -p $$ > /dev/null 2>&1 || true
ionice -c 3 -p $$ 2> /dev/null || true

if [ -n "$(deploy_under_way)" ]; then
  echo "a deploy or a restore is under way: not looked at now"
  exit 0
fi
install -d -m 0755 "$STATE_FOLDER"
before=$(cat "$state" 2> /dev/null || true)
[ "$(jq -r type <<< "$before" 2> /dev/null)" = object ] || before='{}'

# A whole segment never changes again. Both files are there for a short time, and are the same.
compress_segments() {
  local generation file
  while IFS= read -r generation; do
    find "$(wal_folder "$generation")" -maxdepth 1 -name '.new.*' -delete
    while IFS= read -r -d '' file; do
      # Readable for the server that restores: the folder around it is root's alone.
      gzip -c "$file" | write_whole "$file.gz"
      chmod 0644 "$file.gz"
      touch --reference="$file" "$file.gz"
      rm "$file"
    done < <(find "$(wal_folder "$generation")" -maxdepth 1 -type f -regextype posix-extended -regex '.*/[0-9A-F]{24}' -print0 | sort --zero-terminated)
  done < <(generations)
}

# Sets generation, archived_at (seconds since 1970 up to which all is archived), behind_bytes, behind_seconds, trouble.
look() {
  local postgres slot now place
  generation=$(jq -r '.generation // ""' <<< "$before")
  archived_at=$(jq -r '.archivedAt // 0' <<< "$before")
  behind_bytes=null trouble=''
  behind_seconds=$(jq -n --arg since "$archived_at" '($since | tonumber) as $at | if $at > 0 then now - $at else null end')
  if ! postgres=$(container_of postgres 2>&1); then
    trouble=$postgres
    return
  fi
  now=$EPOCHREALTIME
  if ! place=$(mark "$postgres" 2>&1) || ! slot=$(slot_state "$postgres" 2>&1); then
    trouble="PostgreSQL refuses: $(last_line "${slot:-$place}")"
    return
  fi
  if [ "$slot" = null ]; then
    trouble="$(config .pointInTime.container) has never reached the database"
    return
  fi
  behind_bytes=$(jq .behindBytes <<< "$slot")
  if [ "$(jq -r .status <<< "$slot")" = lost ]; then
    trouble="the archive stood still until the server had to let go of what was not archived yet: $(config .pointInTime.slotLimitMiB) MiB"
    return
  fi
  generation=$(jq -r .generation <<< "$slot")
  if await_archived "$postgres" "$place" "$KEEPS_UP_SECONDS"; then
    archived_at=$now
    behind_bytes=0
    behind_seconds=$(jq -n --arg now "$EPOCHREALTIME" --arg since "$now" '($now | tonumber) - ($since | tonumber)')
  else
    trouble="$(config .pointInTime.container) is $(docker inspect --format '{{.State.Status}}' "$(config .pointInTime.container)" 2> /dev/null || echo missing)"
  fi
}

# What happened since the last look leaves a hole in the times that can be restored to.
tell_of_new_generation() {
  local known
  known=$(jq -r '.generation // ""' <<< "$before")
  hole=$(jq -r '.hole // false' <<< "$before")
  if [ -n "$known" ] && [ "$known" != "$generation" ]; then
    hole=true
    raise_alert warning point-in-time-generation "the archive began again: no time can be restored to between $(jq -r '.archivedTo // "?"' <<< "$before") and the next base backup"
  fi
  if [ "$hole" = true ] && [ "$(bases_of_generation)" != 0 ]; then
    hole=false
    raise_alert info point-in-time-generation "the archive is whole again, with a base backup"
  fi
}

bases_of_generation() { list_bases | jq --arg generation "$generation" 'map(select(.generation == $generation)) | length'; }

# A generation needs a base backup. After a failure it is tried again every hour.
ask_for_base() {
  local record=$STATUS/point-in-time-base.json
  [ -n "$generation" ] && [ -z "$trouble" ] && [ "$(bases_of_generation)" = 0 ] || return 0
  if [ -e "$record" ] && jq -e '.exitCode != 0' "$record" > /dev/null &&
    [ $((EPOCHSECONDS - $(stat --format %Y "$record"))) -lt "$BASE_AGAIN_SECONDS" ]; then
    return 0
  fi
  systemctl start --no-block "$(config .project)-point-in-time-base.service" 2> /dev/null || true
}

# Removes base backups, and the log that leads to none. Nothing goes while a base backup is made, or a restore reads one.
prune() {
  local retention base oldest name
  retention=$(list_bases | query point-in-time/jq/retention.jq -c --argjson now "$EPOCHSECONDS" --argjson days "$(config .pointInTime.keepDays)")
  if jq -e 'any(.gone)' <<< "$retention" > /dev/null; then
    lock_backups 0 || return 0
    while IFS=$'\t' read -r name base; do
      mv "$(base_folder "$name")/$base" "$(base_folder "$name")/.partial.$base"
      rm -rf "$(base_folder "$name")/.partial.$base"
      echo "removed $base, older than $(config .pointInTime.keepDays) days"
    done < <(jq -r '.[] | select(.gone) | [.generation, .base] | @tsv' <<< "$retention")
  fi
  while IFS= read -r name; do
    oldest=$(jq -r --arg generation "$name" 'map(select(.generation == $generation and (.gone | not))) | first.firstSegment // ""' <<< "$retention")
    if [ -n "$oldest" ]; then
      remove_segments_before "$name" "$oldest"
    elif [ "$name" != "$generation" ] && [ "$name" != "$(generations | tail -n 1)" ] && [ -n "$generation" ]; then
      rm -rf "${ARCHIVE:?}/$name"
      echo "removed the generation $name: no base backup leads into it"
    fi
  done < <(generations)
}

remove_segments_before() {
  local file
  # shell-rules: allow a line that is no name of a segment is left out
  find "$(wal_folder "$1")" -maxdepth 1 -type f -printf '%f\n' | grep -E '^[0-9A-F]{24}(\.gz)?$' | while IFS= read -r file; do
    if [[ ${file:0:24} < $2 ]]; then rm -f "$(wal_folder "$1")/$file"; fi
  done || true
}

write_state() {
  local bases wal
  bases=$(list_bases)
  wal=$(du --summarize --bytes "$ARCHIVE" 2> /dev/null | cut -f 1) || wal=0
  query point-in-time/jq/state.jq -n --arg generation "$generation" --arg archivedAt "$archived_at" --argjson behindBytes "$behind_bytes" \
    --argjson behindSeconds "$behind_seconds" --arg trouble "$trouble" --argjson hole "$hole" --argjson bases "$bases" --argjson bytes "${wal:-0}" | write_whole "$state"
  chmod 0644 "$state"
}

mkdir -p "$ARCHIVE"
compress_segments
look
tell_of_new_generation
ask_for_base
prune
write_state

limit=$(config .pointInTime.behindSeconds)
query point-in-time/jq/state-in-words.jq -r < "$state"
# One that has never archived anything is late from the beginning of its first look on.
if [ -n "$trouble" ]; then
  if [ "$(jq '.archivedAt' "$state" | cut -d . -f 1)" = 0 ]; then
    since=$(stat --format %Y "$STATE_FOLDER")
  else
    since=$(jq '.archivedAt | floor' "$state")
  fi
  numbers since limit
  [ $((EPOCHSECONDS - since)) -lt "$limit" ] || exit "$NOT_WELL"
fi
