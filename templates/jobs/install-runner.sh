#!/usr/bin/env bash
# Installs what all jobs of the host share: run-job, the functions that write records, and their folders. Jobs that are
# no longer configured are removed.
set -euo pipefail

: "${STAGING:?folder with the files}"
: "${SCRIPTS:?where the scripts go}"
: "${STATUS:?folder of the records}"
: "${LOGS:?folder of the logs}"
: "${JOBS?names of all jobs, separated by spaces}"

# <%~ include("shared/as-root.sh") %>

as_root install -d -o root -g root -m 0755 "$SCRIPTS/lib" "$SCRIPTS/jobs" "$STATUS" "$LOGS" /var/lib/emaintenance
as_root install -o root -g root -m 0644 "$STAGING/records.sh" "$SCRIPTS/lib/records.sh"
as_root install -o root -g root -m 0755 "$STAGING/run-job" "$SCRIPTS/run-job"

# After a boot, the folder of the locks is there before anything needs it; and now.
printf 'd /run/emaintenance 0755 root root -\n' | as_root install -D -o root -g root -m 0644 /dev/stdin /etc/tmpfiles.d/emaintenance.conf
as_root install -d -o root -g root -m 0755 /run/emaintenance

for folder in "$SCRIPTS"/jobs/*/; do
  job=$(basename "$folder")
  remove=$(dirname "$STAGING")/$job/remove.sh
  case " $JOBS " in *" $job "*) continue ;; esac
  [ ! -e "$remove" ] || bash "$remove"
done
echo "run-job is in place"
