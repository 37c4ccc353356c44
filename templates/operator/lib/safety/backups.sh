# shellcheck shell=bash
# Backups that have stopped coming, or that do not come back.

check_backups() {
  local folder backups limit
  folder=$(config .backups) limit=$(config .newestBackupHours)
  # Times of files say little: a backup that was verified today may be a month old.
  if ! backups=$(as_root "$LIB/../backups.sh" --json); then
    finding notice backups "$(id -un) may not look into $folder" "a login that may" "sudo emaintenance safety-check"
    return
  fi
  query jq/safety-backups.jq -c --arg folder "$folder" --arg limit "$limit" <<< "$backups"
}
