#!/usr/bin/env bash
# Takes a job of the host away: its timer, its unit, its scripts, what it remembers and its record. Its log stays.
# Its alerts stay too, and are resolved.
set -euo pipefail

# <%~ include("shared/as-root.sh") %>

# This file is <root>/deploy/Server/.parts/<job>/remove.sh.
staging=$(dirname "$(readlink --canonicalize "${BASH_SOURCE[0]}")")
job=$(basename "$staging")
server=$(dirname "$(dirname "$staging")")
root=${server%/deploy/Server}
unit=emaintenance-$job

as_root systemctl disable --quiet --now "$unit.timer" 2> /dev/null || true
as_root systemctl stop "$unit.service" 2> /dev/null || true
as_root rm -f "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.timer" \
  "/var/lib/systemd/timers/stamp-$unit.timer" "$root/status/$job.json" "$root/status/.$job.lock"
records=$server/scripts/lib/records.sh
if [ -e "$records" ]; then
  # shellcheck disable=SC2016 # The inner shell expands it.
  as_root env STATUS="$root/status" bash -c '. "$1" && end_alerts "$2" "the job was taken away"' bash "$records" "$job" ||
    echo "the alerts of $job, which is gone, stay open in emaintenance status, for the reason above" >&2
fi
as_root rm -rf "$server/scripts/jobs/$job" "/var/lib/emaintenance/$job"
as_root rmdir --ignore-fail-on-non-empty "$server/scripts/jobs" /var/lib/emaintenance 2> /dev/null || true
as_root systemctl daemon-reload
as_root systemctl reset-failed "$unit.service" "$unit.timer" 2> /dev/null || true
rm -rf "$staging"
echo "$job is gone"
