#!/usr/bin/env bash
# Takes the firewall away: what was there before is there again, and what the operator added since stays.
set -euo pipefail

# <%~ include("shared/as-root.sh") %>

script=/usr/local/lib/emaintenance/firewall/take-away.sh
if as_root test -e "$script"; then as_root bash "$script"; fi
