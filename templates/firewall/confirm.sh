#!/usr/bin/env bash
# Says that a new connection came through the firewall; fails if it was taken back before one did.
set -euo pipefail

# <%~ include("shared/as-root.sh") %>

as_root bash /usr/local/lib/emaintenance/firewall/keep.sh
