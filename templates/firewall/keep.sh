#!/usr/bin/env bash
# A new connection has come through the firewall: it stays. Fails if it was taken back before.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

lock
if [ -e "$STATE/reverted" ]; then
  cat "$STATE/reverted" >&2
  exit 1
fi
ufw_is_on || fail "ufw is off on $(hostname), although it was just enabled. Expected nobody else to change it meanwhile. Deploy again."
if [ -e "$STATE/pending" ]; then disarm; fi
echo "a new connection came through the firewall: it stays"
