#!/usr/bin/env bash
# Lays down where the offsite copies of backups are and what opens them: for root alone.
set -euo pipefail

: "${STAGING:?folder with secret/access.json}"
: "${ACCESS:?folder for them, such as /etc/emaintenance/off-host}"

# <%~ include("shared/as-root.sh") %>

# However this ends, what opens the copies does not stay where it was uploaded.
trap 'rm -rf "$STAGING/secret"' EXIT

if ! command -v restic > /dev/null; then
  echo "restic is not installed on $(hostname). Expected it for offsite copies. Install it (apt-get install restic, or packages: [\"restic\"] in BootstrapStack) and deploy again." >&2
  exit 1
fi
as_root install -d -o root -g root -m 0700 "$ACCESS"
for file in environment password ssh_key known_hosts; do
  jq --join-output --arg file "$file" '.[$file]' "$STAGING/secret/access.json" | as_root install -o root -g root -m 0600 /dev/stdin "$ACCESS/$file"
done
echo "offsite copies are set up"
