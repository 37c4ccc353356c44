# shellcheck shell=bash
# Backups that have stopped coming.

# Time in seconds of the newest file, nothing where there is none; fails where one may not look.
newest_backup() {
  # Names with a dot in front are of backups that are still being written; the archive of the log is no backup by itself.
  as_root find "$(config .backups)" -type f ! -name '.*' ! -path '*/point-in-time/*' -printf '%T@\n' | sort -n | tail -n 1 | cut -d . -f 1
}

check_backups() {
  local folder newest hours limit
  folder=$(config .backups) limit=$(config .newestBackupHours)
  if ! newest=$(newest_backup); then
    finding notice backups "$(id -un) may not look into $folder" "that somebody does" "sudo emaintenance safety-check"
  elif [ -z "$newest" ]; then
    finding notice backups "there is no backup in $folder yet" "one a day, once backups are set up" "see the documentation of the deployment"
  else
    hours=$((($(date +%s) - newest) / 3600))
    if [ "$hours" -ge "$limit" ]; then
      finding error backups "the newest backup in $folder is $hours hours old" "one that is younger than $limit hours" \
        "look why: emaintenance status, and the log of the backup"
    fi
  fi
}
