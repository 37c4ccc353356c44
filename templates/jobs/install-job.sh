#!/usr/bin/env bash
# Installs a job of the host: its scripts, its unit and its timer. The timer runs from then on, also after a reboot.
set -euo pipefail

: "${STAGING:?folder with the files of the job}"
: "${FOLDER:?where the scripts of the job go}"
: "${FILES:?names of its scripts, separated by spaces}"

# <%~ include("shared/as-root.sh") %>

job=$(basename "$STAGING")
unit=emaintenance-$job

# All scripts at once, so that a run that starts just now finds the old ones or the new ones.
as_root rm -rf "$FOLDER.new" "$FOLDER.old"
as_root install -d -o root -g root -m 0755 "$FOLDER.new"
for file in $FILES; do
  case $file in *.sh) mode=0755 ;; *) mode=0644 ;; esac
  as_root install -o root -g root -m "$mode" "$STAGING/$file" "$FOLDER.new/$file"
done
if as_root test -d "$FOLDER"; then as_root mv "$FOLDER" "$FOLDER.old"; fi
as_root mv "$FOLDER.new" "$FOLDER"
as_root rm -rf "$FOLDER.old"

as_root install -o root -g root -m 0644 "$STAGING/job.service" "/etc/systemd/system/$unit.service"
as_root install -o root -g root -m 0644 "$STAGING/job.timer" "/etc/systemd/system/$unit.timer"
as_root systemctl daemon-reload
as_root systemctl enable --quiet "$unit.timer"
if ! as_root systemctl restart "$unit.timer"; then
  as_root journalctl --unit "$unit.timer" --lines 5 --no-pager --output cat >&2 || true
  echo "the timer $unit does not start, for the reason above" >&2
  exit 1
fi
echo "$job is scheduled"
